import Millrace

/// Reads the records of one file of a ``FileSource``.
///
/// It throws a `SourceError` if the file cannot be read, has become shorter, or has a header that does not match the
/// record type. A line of more than 16 MiB is malformed input; it is skipped without being held in memory.
///
/// The runtime calls it; a test of a format can do so too:
///
/// ```swift
/// func readAll(
///     _ reader: inout FileReader<PipeSeparated>, into collector: inout some RecordCollector<[String]>
/// ) throws {
///     while try reader.read(limit: ReadLimit(records: 1000, bytes: 1 << 20), into: &collector) == .more {}
///     print(reader.position)      // line 42 (byte 1815)
/// }
/// ```
public struct FileReader<Format: FileFormat>: SourceReader {
    public typealias Record = Format.Record

    /// How long a reader waits at the end of a followed file before it checks for more.
    @usableFromInline static var pollInterval: Duration { .milliseconds(50) }

    /// The position of the record that is being emitted or, between two reads, of the next record.
    public internal(set) var position: FilePosition
    @usableFromInline var window: FileWindow
    @usableFromInline var decoder: Format.RecordDecoder
    @usableFromInline var stage = Stage.header
    /// The part of the file that is read; `nil` if all of it is.
    let part: FilePart.Reading?
    /// Records that begin at this byte or after it belong to the next part.
    @usableFromInline let end: Int
    /// Whether `position` is from a checkpoint.
    let isResumed: Bool
    /// How far the search for the first record of the part is.
    var search: FilePosition?
    /// Tells the task that there is something to read.
    let wake: @Sendable () -> Void
    /// The files that replaced this one at its path; only for a followed file.
    var rotation: FileRotation?
    /// The overlong line that is being skipped.
    @usableFromInline var longLine: LongLine?
    /// Whether the partition ends when a followed file is deleted.
    let canEnd: Bool
    let name: String
    let clock: any PipelineClock
    let readSize: Int
    let makeDecoder: () throws -> Format.RecordDecoder

    init(
        window: FileWindow, status: FileStatus, name: String, part: FilePart.Reading?, position: FilePosition?,
        rotation: FileRotation?, canEnd: Bool, context: SourceContext, readSize: Int,
        makeDecoder: @escaping () throws -> Format.RecordDecoder
    ) throws {
        self.window = window
        self.name = name
        self.part = part
        end = part?.range.upperBound ?? .max
        isResumed = position != nil
        self.position = position ?? FilePosition()
        self.rotation = rotation
        self.canEnd = canEnd
        clock = context.clock
        wake = context.wake
        self.readSize = readSize
        self.makeDecoder = makeDecoder
        decoder = try makeDecoder()
        var mark = position?.mark ?? FileMark(status)
        mark.identity = status.identity
        mark.isCompressed = window.content.compressedEnd != nil
        self.position.mark = mark
    }

    /// The number of records that the format decodes and passes on together.
    @inlinable
    public static var recordsPerPush: Int { Format.RecordDecoder.recordsPerRun }

    @usableFromInline var tailing: Bool { rotation != nil }

    /// The number of bytes read, and the file's length in bytes when it was last checked; of a part, those of the part, and
    /// of a compressed file, the compressed ones.
    public var progress: SourceProgress? {
        let done = window.content.compressedEnd ?? position.offset
        guard let range = part?.range else {
            return SourceProgress(done: Int64(done), total: Int64(max(window.knownSize, done)))
        }
        let total = max(0, min(range.upperBound, window.knownSize) - range.lowerBound)
        return SourceProgress(done: Int64(min(max(0, done - range.lowerBound), total)), total: Int64(total))
    }

    @inlinable
    public mutating func read(
        limit: ReadLimit, into collector: inout some RecordCollector<Record>
    ) throws -> ReadOutcome {
        if stage != .reading, let outcome = try start() { return outcome }
        var records = 0
        var bytes = 0
        while records < limit.records, bytes < limit.bytes {
            guard position.offset < end else { return .end }
            if Self.recordsPerPush > 1, longLine == nil {
                let most = min(limit.records &- records, Self.recordsPerPush)
                // A record that begins in the part, and ends after it, is left to the slower way.
                let run = try decoder.decodeRun(window.bytes(before: end), limit: most, into: &collector)
                if run.records > 0 {
                    if run.records < Self.recordsPerPush { try collector.flush() }
                    pass(RecordFrame(content: run.bytes, length: run.bytes, lines: run.lines))
                    records &+= run.records
                    bytes &+= run.bytes
                    continue
                }
            }
            guard let frame = try nextFrame() else {
                guard longLine != nil else { return try outcomeAtEnd() }
                let passed = try passLongLine()
                bytes &+= passed.bytes
                if let malformed = passed.malformed {
                    try collector.malformed(malformed)
                    endLongLine()
                    records &+= 1
                } else if passed.bytes == 0 {
                    return try outcomeAtEnd()
                }
                continue
            }
            let content = UnsafeRawBufferPointer(rebasing: window.bytes[..<frame.content])
            switch try decoder.decode(content) {
            case .record(let record):
                try collector.record(record, bytes: frame.length)
                if Self.recordsPerPush > 1 { try collector.flush() }
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
