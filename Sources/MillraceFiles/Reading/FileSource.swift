import Millrace

/// A source that reads text files, one partition per file. `.csvFiles`, `.jsonLines` and `.lines` create it.
///
/// ```swift
/// graph.source(.csvFiles(in: "flights", decoding: Flight.self))
/// graph.source(FileSource(.file("events.psv"), format: PipeSeparated(), tailing: true))
/// ```
///
/// A file may end with or without a line end. An empty file contains no records. Once a run has started, a file may
/// only grow. The source fails with a `SourceError` if a file
/// - has become shorter or is missing,
/// - has other contents (checksums of its first 4 KiB and of the last 4 KiB read are stored with the position), or
/// - was renamed to another name that the source reads too.
///
/// A restored copy of a file with the same contents is accepted.
///
/// With `tailing`, files may be rotated by renaming: the renamed file is read to its end, and then the new file of the
/// same name, once that has had content for one second. A rotation that took place while the pipeline was not running
/// is recognized if the old file is still in the same directory. A file that is truncated and written again
/// (`copytruncate`) is rejected with an error. In a followed directory, new files are detected within a second, and
/// the partition of a deleted file ends after the file was read to its end.
///
/// Restart: each file is read from the byte offset stored in the checkpoint, so that exactly the records after the
/// checkpoint are read again.
public struct FileSource<Format: FileFormat>: Source {
    public typealias Record = Format.Record
    public typealias Reader = FileReader<Format>

    /// The files to read.
    public let files: FileSelection
    /// The format of the files.
    public let format: Format
    /// Whether the files are followed because they are still being written to. At the end of a followed file the reader
    /// waits for more, also for the rest of an incomplete last line, and the run does not end. Default: `false`.
    public let tailing: Bool
    /// The number of bytes read at once. Tests set a small value so that records cross the end of the buffer.
    var readSize = FileWindow.readSize
    private let watch = DirectoryWatch()

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - files: The files to read.
    ///   - format: The format of the files.
    ///   - tailing: Whether to follow the files; see ``FileSource/tailing``. Default: `false`.
    public init(_ files: FileSelection, format: Format, tailing: Bool = false) {
        self.files = files
        self.format = format
        self.tailing = tailing
    }

    public var summary: String { "\(format.name) \(files.summary)\(tailing ? ", followed" : "")" }

    public var isOpenEnded: Bool { tailing }

    public func connect(_ run: SourceRun) {
        guard tailing, case .directory = files else { return }
        watch.start({ [files] in try files.partitions(mayBeMissing: true) }, run.partitionsChanged)
    }

    public func disconnect() { watch.stop() }

    public func partitions() throws -> [PartitionID] {
        let found = try files.partitions(mayBeMissing: tailing)
        watch.note(found)
        return found
    }

    public func unread(_ positions: [PartitionStart<FilePosition>]) throws -> [PartitionID] {
        try positions.filter { start in
            guard let position = start.position else { return false }
            let path = files.path(of: start.partition)
            guard let found = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else { return false }
            guard let mark = position.mark, found.size <= position.offset else { return found.size > position.offset }
            return try reading { () throws(FileFailure) in try !mark.fits(OpenFile(reading: path)) }
        }.map(\.partition)
    }

    public func checkNew(_ new: [PartitionID], known: [PartitionStart<FilePosition>]) throws {
        for partition in new {
            let path = files.path(of: partition)
            guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else { continue }
            for old in known where old.partition != partition {
                guard let position = old.position, let mark = position.mark, mark.identity == status.identity,
                    mark.tail.count > 0, mark.tail.end < status.size || mark.modified == status.modified,
                    try reading({ () throws(FileFailure) in try mark.fits(OpenFile(reading: path)) })
                else { continue }
                throw SourceError(
                    "\(path) is the file that was read as \(old.partition) up to \(position), under another name: it would be read again",
                    advice:
                        "Give it its old name back, move it to where the source does not look, or start afresh with --fresh"
                )
            }
        }
    }

    public func open(
        _ partition: PartitionID, at position: FilePosition?, context: SourceContext
    ) throws -> FileReader<Format> {
        let path = files.path(of: partition)
        let opened = try FileOpening(path: path, isFollowed: tailing).open(position)
        let status = try reading { () throws(FileFailure) in try opened.file.status() }
        var position = opened.position
        if let read = position {
            try checkPosition(read, in: opened.file, size: status.size)
            try skipLineEnd(&position, in: opened.file, size: status.size)
        }
        let (format, name, readSize) = (format, partition.name, readSize)
        return try FileReader(
            window: FileWindow(opened.file, size: status.size, readSize: readSize), status: status, name: name,
            position: position ?? FilePosition(),
            rotation: tailing
                ? FileRotation(path: path, current: status.identity, successors: opened.successors) : nil,
            canEnd: files.isDirectory, clock: context.clock, readSize: readSize,
            makeDecoder: { try format.makeDecoder(file: name) })
    }

    /// Throws if the position is not at the beginning of a line: then the file is not the one that was read.
    private func checkPosition(_ position: FilePosition, in file: OpenFile, size: Int) throws {
        guard position.offset <= size else {
            throw SourceError(
                "\(file.path) is \(size) bytes long, and was read up to \(position)",
                advice: "Put the file back as it was (it may only grow), or start afresh with --fresh")
        }
        guard position.offset > 0, position.offset < size else { return }
        var around: (before: UInt8, after: UInt8) = (0, 0)
        let count = try withUnsafeMutableBytes(of: &around) { bytes in
            try reading { () throws(FileFailure) in try file.read(into: bytes, at: position.offset - 1) }
        }
        let newline = UInt8(ascii: "\n")
        // No line end comes before the first line (after a byte order mark), and a file that ended without one may
        // get one later.
        guard count == 2, around.before == newline || position.line == 1 || isLineEnd(around.after) else {
            throw SourceError(
                "\(file.path) was changed since it was read: \(position) is not the beginning of a line any more",
                advice: "Put the file back as it was (it may only grow), or start afresh with --fresh")
        }
    }

    /// Skips the line end of a last line that was read before it had one, which would otherwise be an empty record.
    private func skipLineEnd(_ position: inout FilePosition?, in file: OpenFile, size: Int) throws {
        guard let read = position, read.offset > 0, read.offset < size else { return }
        var bytes: (UInt8, UInt8, UInt8) = (0, 0, 0)
        let count = try withUnsafeMutableBytes(of: &bytes) { bytes in
            try reading { () throws(FileFailure) in try file.read(into: bytes, at: read.offset - 1) }
        }
        let (newline, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        guard count >= 2, bytes.0 != newline, read.line > 1 || bytes.0 != 0xBF else { return }
        let length = bytes.1 == newline ? 1 : count == 3 && bytes.1 == carriage && bytes.2 == newline ? 2 : 0
        // Not counted as another line: it belongs to the line that was read.
        if length > 0 { position = FilePosition(offset: read.offset + length, line: read.line) }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
