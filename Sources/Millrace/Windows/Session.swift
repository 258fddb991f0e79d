/// A session: records of one key without a gap longer than allowed between them, and their aggregate.
@frozen
@usableFromInline
struct Session<Accumulator: StateValue>: StateValue {
    /// Times of the first and the last record, in milliseconds since 1970.
    @usableFromInline var first: Int64
    @usableFromInline var last: Int64
    @usableFromInline var value: Accumulator
    /// Whether the session has fired; it is kept for late records.
    @usableFromInline var hasFired: Bool
    /// Whether the key has other sessions, in the table of further sessions.
    @usableFromInline var hasOthers: Bool

    @inlinable
    init(first: Int64, last: Int64, value: Accumulator, hasFired: Bool = false, hasOthers: Bool = false) {
        self.first = first
        self.last = last
        self.value = value
        self.hasFired = hasFired
        self.hasOthers = hasOthers
    }

    /// Returns whether a record at `time`, or a session that begins or ends there, belongs to this session.
    @inlinable
    func reaches(_ time: Int64, gap: Int64) -> Bool {
        let (before, under) = first.subtractingReportingOverflow(gap)
        let (after, over) = last.addingReportingOverflow(gap)
        return time >= (under ? .min : before) && time <= (over ? .max : after)
    }

    /// Returns the end of the session. At a watermark with this time, no more records within the gap are expected.
    @inlinable
    func end(gap: Int64) -> Int64 {
        let (end, overflow) = last.addingReportingOverflow(gap)
        return overflow ? .max : end
    }

    @usableFromInline
    static var stateSchema: String { "Session<\(Accumulator.stateSchema)>" }
    @inlinable
    static var fixedWidth: Int? { Accumulator.fixedWidth.map { $0 + 17 } }
    @inlinable
    func encode(into writer: inout ByteWriter) {
        writer.write(first)
        writer.write(last)
        writer.write((hasFired ? 1 : 0) | (hasOthers ? 2 : 0) as UInt8)
        value.encode(into: &writer)
    }
    @inlinable
    static func decode(from reader: inout ByteReader) throws -> Session {
        try decode(from: &reader, value: { try Accumulator.decode(from: &$0) })
    }

    @inlinable
    static func decode(
        from reader: inout ByteReader, value: (inout ByteReader) throws -> Accumulator
    ) throws -> Session {
        let first = try reader.read(Int64.self)
        let last = try reader.read(Int64.self)
        let flags = try reader.read(UInt8.self)
        guard flags < 4 else { throw StateDecodingError(expected: "a session's flags", found: "\(flags)") }
        return Session(
            first: first, last: last, value: try value(&reader), hasFired: flags & 1 != 0,
            hasOthers: flags & 2 != 0)
    }
}

extension Session {
    @usableFromInline
    static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Session)? {
        guard schema.hasPrefix("Session<"), schema.hasSuffix(">"),
            let read = Accumulator.migration(from: String(schema.dropFirst(8).dropLast()))
        else { return nil }
        return { reader in try Session.decode(from: &reader, value: read) }
    }
}
