import Millrace
public import MillraceJSON
public import RDKafka

/// Makes records of what Kafka delivers. A decoder that throws marks the record as malformed; the source's policy says
/// what becomes of it.
public struct KafkaDecoder<Output: Sendable>: Sendable {
    /// Makes what decodes in one task, so that it may keep buffers.
    @usableFromInline let make: @Sendable () -> (KafkaMessage) throws -> Output

    /// - Parameter make: called once a task.
    public init(makingEach make: @escaping @Sendable () -> (KafkaMessage) throws -> Output) {
        self.make = make
    }

    /// A decoder that keeps nothing.
    public init(_ decode: @escaping @Sendable (KafkaMessage) throws -> Output) {
        make = { decode }
    }

    /// With key, headers, time, topic, partition and offset: `.record(.json(Bid.self))`.
    public static func record<Value>(_ value: KafkaDecoder<Value>) -> KafkaDecoder where Output == KafkaRecord<Value> {
        KafkaDecoder(makingEach: { [make = value.make] in
            let decode = make()
            return { message in
                KafkaRecord(
                    key: message.key.map { Array($0) }, value: try decode(message), headers: message.headers,
                    timestamp: message.timestamp.map { Timestamp(milliseconds: $0) }, topic: message.topic,
                    partition: message.partition, offset: message.offset)
            }
        })
    }

    /// `nil` for a null value (a tombstone), which is malformed otherwise: `.nullable(.string)`.
    public static func nullable<Value>(_ value: KafkaDecoder<Value>) -> KafkaDecoder where Output == Value? {
        KafkaDecoder(makingEach: { [make = value.make] in
            let decode = make()
            return { $0.value == nil ? nil : try decode($0) }
        })
    }
}

extension KafkaDecoder where Output == [UInt8] {
    /// The value's bytes.
    public static var raw: KafkaDecoder { KafkaDecoder { Array(try $0.requiredValue) } }
}

extension KafkaDecoder where Output == String {
    /// The value as UTF-8 text.
    public static var string: KafkaDecoder {
        KafkaDecoder { message in
            guard let text = String(validating: try message.requiredValue, as: UTF8.self) else {
                throw KafkaDecodingError(reason: "expected UTF-8 text, found bytes that are not")
            }
            return text
        }
    }
}

extension KafkaDecoder where Output: Decodable {
    /// The value as a JSON document.
    ///
    /// - Parameter options: how dates, times and names are written: `.init(times: .secondsSince1970)`.
    public static func json(
        _ type: Output.Type = Output.self, options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> KafkaDecoder {
        KafkaDecoder(makingEach: {
            let decoder = Result { try JSONRecordDecoder(options: options) }
            return { message in try decoder.get().decode(type, from: message.requiredValue) }
        })
    }
}

extension KafkaMessage {
    /// The value; throws if it is null.
    public var requiredValue: UnsafeRawBufferPointer {
        get throws {
            guard let value else { throw KafkaDecodingError(reason: "expected a value, found null (a tombstone)") }
            return value
        }
    }
}

/// Why a record is not what its decoder expects.
public struct KafkaDecodingError: Error, CustomStringConvertible, Sendable {
    /// Why.
    public let reason: String

    /// A reason that names what was expected and what was found.
    public init(reason: String) { self.reason = reason }

    public var description: String { reason }
}
