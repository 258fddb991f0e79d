import MillraceJSON

/// How a record's value is written again, for retry and dead-letter topics.
public struct KafkaPayload<Value: Sendable>: Sendable {
    /// Makes what encodes in one task; it returns false for a null value.
    let make: @Sendable () -> (Value, inout [UInt8]) throws -> Bool

    /// - Parameter encode: appends the value's bytes.
    public init(_ encode: @escaping @Sendable (Value, inout [UInt8]) throws -> Void) {
        make = {
            { value, bytes in
                try encode(value, &bytes)
                return true
            }
        }
    }

    init(makingEach make: @escaping @Sendable () -> (Value, inout [UInt8]) throws -> Bool) { self.make = make }

    /// Null for `nil`.
    public static func nullable<Wrapped>(_ payload: KafkaPayload<Wrapped>) -> KafkaPayload where Value == Wrapped? {
        KafkaPayload(makingEach: { [make = payload.make] in
            let encode = make()
            return { value, bytes in try value.map { try encode($0, &bytes) } ?? false }
        })
    }
}

extension KafkaPayload where Value == [UInt8] {
    /// The bytes themselves.
    public static var raw: KafkaPayload { KafkaPayload { $1.append(contentsOf: $0) } }
}

extension KafkaPayload where Value == String {
    /// UTF-8 text.
    public static var string: KafkaPayload { KafkaPayload { $1.append(contentsOf: $0.utf8) } }
}

extension KafkaPayload where Value: Encodable {
    /// A JSON document. What the type does not keep of the original is lost; `raw` loses nothing.
    public static func json(_ type: Value.Type = Value.self) -> KafkaPayload {
        KafkaPayload(makingEach: {
            let encoder = JSONRecordEncoder()
            return { value, bytes in
                try encoder.encode(value, into: &bytes)
                return true
            }
        })
    }
}
