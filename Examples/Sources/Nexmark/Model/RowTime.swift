import Millrace

/// A time as rows write it: ISO 8601 in UTC, always with milliseconds.
struct RowTime: Encodable, Sendable, Hashable {
    let time: Timestamp

    init(_ time: Timestamp) { self.time = time }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let text = time.description
        try container.encode(time.milliseconds % 1000 == 0 ? text.dropLast() + ".000Z" : text)
    }
}
