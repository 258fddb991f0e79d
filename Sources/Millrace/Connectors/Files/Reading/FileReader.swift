/// Reads the records of one file of a `FileSource`.
///
/// Throws a `SourceError` for a file that cannot be read any further: unreadable, shorter than before, gone (if it is
/// being followed), a header that does not fit, or a line of more than 16 MiB.
public struct FileReader<Format: FileFormat>: SourceReader {
    public typealias Record = Format.Record

    /// How soon a file that is being followed is looked at again.
    @usableFromInline static var pollInterval: Duration { .milliseconds(50) }

    /// The first byte of the record being handed over, or of the next one.
    public internal(set) var position: FilePosition
    @usableFromInline let window: FileWindow
    @usableFromInline var decoder: Format.RecordDecoder
    @usableFromInline let following: Bool
    /// Whether byte order mark and header are behind us.
    @usableFromInline var isStarted = false
    let identity: FileStatus.Identity
    let name: String

    init(
        window: FileWindow, identity: FileStatus.Identity, name: String, position: FilePosition,
        decoder: Format.RecordDecoder, following: Bool
    ) {
        self.window = window
        self.identity = identity
        self.name = name
        self.position = position
        self.decoder = decoder
        self.following = following
    }

    /// Bytes read of the file's length when it was last looked at.
    public var progress: SourceProgress? {
        SourceProgress(done: Int64(position.offset), total: Int64(max(window.knownSize, position.offset)))
    }

    @inlinable
    public mutating func read(
        limit: ReadLimit, into collector: inout some RecordCollector<Record>
    ) throws -> ReadOutcome {
        if !isStarted, try !start() { return outcomeAtEnd }
        var records = 0
        var bytes = 0
        while records < limit.records, bytes < limit.bytes {
            guard let frame = try nextFrame() else { return outcomeAtEnd }
            let content = UnsafeRawBufferPointer(rebasing: window.bytes[..<frame.content])
            switch try decoder.decode(content) {
            case .record(let record):
                try collector.record(record, bytes: frame.length)
                records &+= 1
            case .malformed(let reason):
                try collector.malformed(malformed(content, reason: reason))
                records &+= 1
            case .blank:
                break
            }
            pass(frame)
            bytes &+= frame.length
        }
        return .more
    }

    @usableFromInline var outcomeAtEnd: ReadOutcome { following ? .idle(retryAfter: Self.pollInterval) : .end }

    @usableFromInline
    mutating func pass(_ frame: RecordFrame) {
        window.advance(frame.length)
        position.offset += frame.length
        position.line += frame.lines
    }

    @usableFromInline
    func malformed(_ content: UnsafeRawBufferPointer, reason: String) -> MalformedInput {
        MalformedInput(excerpt: excerpt(of: content), place: "\(name), \(position)", reason: reason)
    }
}
