import MillraceJSON

/// Encodes the values of records that are written to retry and dead-letter topics.
///
/// ```swift
/// let csv = KafkaPayload<Order> { order, bytes in bytes.append(contentsOf: "\(order.id),\(order.total)".utf8) }
/// let retries = kafka.retryTopic("orders-retry", delays: [.seconds(30), .minutes(5)], payload: csv)
/// let payments = kafka.retryTopic("payments-retry", delays: [.seconds(30)], payload: .json(Payment.self))
/// ```
public struct KafkaPayload<Value: Sendable>: Sendable {
    /// Creates the encoding function of one task, which returns false for a null value.
    let make: @Sendable () -> (Value, inout [UInt8]) throws -> Bool

    /// Creates a payload from a function.
    ///
    /// - Parameter encode: appends the value's bytes to the buffer.
    public init(_ encode: @escaping @Sendable (Value, inout [UInt8]) throws -> Void) {
        make = {
            { value, bytes in
                try encode(value, &bytes)
                return true
            }
        }
    }

    init(makingEach make: @escaping @Sendable () -> (Value, inout [UInt8]) throws -> Bool) { self.make = make }

    /// Returns a payload that encodes `nil` as a null value.
    ///
    /// - Parameter payload: encodes the values that are not `nil`.
    public static func nullable<Wrapped>(_ payload: KafkaPayload<Wrapped>) -> KafkaPayload where Value == Wrapped? {
        KafkaPayload(makingEach: { [make = payload.make] in
            let encode = make()
            return { value, bytes in try value.map { try encode($0, &bytes) } ?? false }
        })
    }
}

extension KafkaPayload where Value == [UInt8] {
    /// Encodes the value as its bytes.
    public static var raw: KafkaPayload { KafkaPayload { $1.append(contentsOf: $0) } }
}

extension KafkaPayload where Value == String {
    /// Encodes the value as UTF-8 text.
    public static var string: KafkaPayload { KafkaPayload { $1.append(contentsOf: $0.utf8) } }
}

extension KafkaPayload where Value: Encodable {
    /// Returns a payload that encodes the value as a JSON document.
    ///
    /// Parts of the original document that the type does not have are lost. To keep the original bytes, decode with
    /// ``KafkaDecoder/raw`` and use ``raw``.
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
