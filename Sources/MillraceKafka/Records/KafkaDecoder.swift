import Millrace
public import MillraceJSON
public import RDKafka

/// Decodes the messages of a Kafka source into records.
///
/// If a decoder throws, the message is malformed, and is handled according to the source's policy for malformed
/// records. An error that is a transient failure (`TransientFailure`), such as an unreachable schema registry, fails
/// the attempt instead.
///
/// ```swift
/// let parsed = KafkaDecoder { message in
///     try Order(parsing: String(decoding: try message.requiredValue, as: UTF8.self))
/// }
/// let orders = graph.source(kafka.source("orders", decoding: parsed))
/// let payments = graph.source(kafka.source("payments", decoding: .record(.json(Payment.self))))
/// ```
public struct KafkaDecoder<Output: Sendable>: Sendable {
    /// Creates the decoding function of one task, which may keep buffers.
    @usableFromInline let make: @Sendable () -> (KafkaMessage) throws -> Output

    /// Creates a decoder with state of its own in each task, such as buffers.
    ///
    /// - Parameter make: called once per task; returns the function that decodes the task's messages.
    public init(makingEach make: @escaping @Sendable () -> (KafkaMessage) throws -> Output) {
        self.make = make
    }

    /// Creates a decoder without state.
    ///
    /// - Parameter decode: decodes a message, which is valid only during the call.
    public init(_ decode: @escaping @Sendable (KafkaMessage) throws -> Output) {
        make = { decode }
    }

    /// Returns a decoder for records with key, headers, timestamp, topic, partition and offset:
    /// `.record(.json(Bid.self))`.
    ///
    /// - Parameter value: decodes the value.
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

    /// Returns a decoder that decodes a null value (a tombstone) as `nil`: `.nullable(.string)`. With other decoders, a
    /// null value is malformed.
    ///
    /// - Parameter value: decodes the values that are not null.
    public static func nullable<Value>(_ value: KafkaDecoder<Value>) -> KafkaDecoder where Output == Value? {
        KafkaDecoder(makingEach: { [make = value.make] in
            let decode = make()
            return { $0.value == nil ? nil : try decode($0) }
        })
    }
}

extension KafkaDecoder where Output == [UInt8] {
    /// Decodes the value as its bytes.
    public static var raw: KafkaDecoder { KafkaDecoder { Array(try $0.requiredValue) } }
}

extension KafkaDecoder where Output == String {
    /// Decodes the value as UTF-8 text. Other bytes are malformed.
    public static var string: KafkaDecoder {
        KafkaDecoder { message in
            guard let text = String(validating: try message.requiredValue, as: UTF8.self) else {
                throw KafkaDecodingError(reason: "expected UTF-8 text, found bytes that are not")
            }
            return text
        }
    }
}

extension KafkaDecoder where Output: SchemaRecord {
    /// Returns a decoder that decodes the value as a JSON object, by the schema of the record.
    ///
    /// - Parameters:
    ///   - type: the type to decode, where it cannot be inferred.
    ///   - options: the format of times and names: `.init(times: .secondsSince1970)`.
    @inlinable
    public static func json(
        _ type: Output.Type = Output.self, options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> KafkaDecoder {
        KafkaDecoder(makingEach: {
            let decoder = Result { try JSONSchemaDecoder(options: options) }
            return { message in try decoder.get().decode(type, from: message.requiredValue) }
        })
    }
}

extension KafkaDecoder where Output: Decodable {
    /// Returns a decoder that decodes the value as a JSON document.
    ///
    /// - Parameters:
    ///   - type: the type to decode, where it cannot be inferred.
    ///   - options: the format of dates, times and names: `.init(times: .secondsSince1970)`.
    @_disfavoredOverload
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
    /// The value's bytes.
    ///
    /// - Throws: ``KafkaDecodingError`` if the value is null (a tombstone).
    ///
    /// ```swift
    /// let parsed = KafkaDecoder { message in
    ///     try Order(parsing: String(decoding: try message.requiredValue, as: UTF8.self))
    /// }
    /// ```
    public var requiredValue: UnsafeRawBufferPointer {
        get throws {
            guard let value else { throw KafkaDecodingError(reason: "expected a value, found null (a tombstone)") }
            return value
        }
    }
}

/// An error that a decoder throws for a malformed message.
///
/// ```swift
/// let amounts = KafkaDecoder { message in
///     let text = String(decoding: try message.requiredValue, as: UTF8.self)
///     guard let amount = Double(text) else {
///         throw KafkaDecodingError(reason: "expected a number, found '\(text)'")
///     }
///     return amount
/// }
/// ```
public struct KafkaDecodingError: Error, CustomStringConvertible, Sendable {
    /// What was expected and what was found.
    public let reason: String

    /// Creates an error.
    ///
    /// - Parameter reason: what was expected and what was found.
    public init(reason: String) { self.reason = reason }

    public var description: String { reason }
}
