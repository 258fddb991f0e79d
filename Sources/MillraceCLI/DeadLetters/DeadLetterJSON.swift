import RDKafka

/// A dead letter as JSON. Bytes are written as text if they are UTF-8, otherwise in hexadecimal in a field whose name
/// ends in `Hex`. Times are ISO 8601.
struct DeadLetterJSON: Encodable {
    private struct Origin: Encodable {
        let topic: String
        let partition: Int64?
        let offset: Int64?
        let timestamp: String?
    }

    private struct Header: Encodable {
        let name: String
        let value: String?
        let valueHex: String?

        init(_ header: KafkaHeader) {
            name = header.name
            value = header.value.flatMap(ShownBytes.text)
            valueHex = header.value.flatMap(DeadLetterJSON.hex)
        }
    }

    private let topic: String
    private let partition: Int32
    private let offset: Int64
    private let timestamp: String?
    private let givenUpAt: String?
    private let from: Origin?
    private let key: String?
    private let keyHex: String?
    private let value: String?
    private let valueHex: String?
    private let attempts: Int64?
    private let round: Int64?
    private let replayed: Int64
    private let `operator`: String?
    private let reason: String?
    private let headers: [Header]

    init(_ letter: DeadLetterRecord) {
        topic = letter.place.topic
        partition = letter.place.partition
        offset = letter.offset
        timestamp = letter.timestamp?.description
        givenUpAt = letter.givenUpAt?.description
        from = letter.originTopic.map {
            Origin(
                topic: $0, partition: letter.originPartition, offset: letter.originOffset,
                timestamp: letter.originTimestamp?.description)
        }
        key = letter.key.flatMap(ShownBytes.text)
        keyHex = letter.key.flatMap(Self.hex)
        value = letter.value.flatMap(ShownBytes.text)
        valueHex = letter.value.flatMap(Self.hex)
        attempts = letter.attempts
        round = letter.round
        replayed = letter.replays
        `operator` = letter.operatorID
        reason = letter.reason
        headers = letter.headers.map(Header.init)
    }

    private static func hex(_ bytes: [UInt8]) -> String? {
        ShownBytes.text(bytes) == nil ? String(ShownBytes.hex(bytes).dropFirst(2)) : nil
    }
}
