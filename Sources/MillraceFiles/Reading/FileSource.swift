import Millrace

/// Reads text files, one partition a file: the source behind `.csvFiles`, `.jsonLines` and `.lines`.
///
/// ```swift
/// graph.source(.csvFiles(in: "flights", decoding: Flight.self))
/// graph.source(FileSource(.file("events.psv"), format: PipeSeparated(), tailing: true))
/// ```
///
/// A file may end with or without a line end. Files of zero bytes hold no records. Once a run has begun a file may
/// only grow: one that is shorter than it was, is gone, has other contents (checksums of its first 4 KiB and of the last
/// 4 KiB read are kept) or has another name that is read too is a `SourceError`. A copy that was put back is not.
///
/// With `tailing`, files may be rotated: one that was renamed is read to its end, then the one that has its name now,
/// as soon as that has been there with something in it for a second. This holds if it happened while nothing ran, too,
/// as long as the old file is in the same directory. A file that is cut to nothing and filled anew (`copytruncate`) is
/// refused. Of a directory, files that appear are read within a second, and one that was deleted is done with.
///
/// Guarantee on restart: the position is the byte that the next record begins at, so that each record is read again
/// exactly if it came after the checkpoint.
public struct FileSource<Format: FileFormat>: Source {
    public typealias Record = Format.Record
    public typealias Reader = FileReader<Format>

    /// Which files.
    public let files: FileSelection
    /// What is in them.
    public let format: Format
    /// Whether the files are still being written to. At the end of such a file the reader waits for more, also for the
    /// rest of a last line that has no line end yet, and the run never ends.
    public let tailing: Bool
    /// Bytes read at once; small in tests, to have records cross the buffer's end.
    var readSize = FileWindow.readSize
    private let watch = DirectoryWatch()

    /// Reads `files`, and goes on waiting for more at their ends if `tailing`.
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

    /// A position that no longer lies between two lines says that the file is not the one that was read.
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
        // Behind a byte order mark there is no line end, and a file that had none at its end may get one later.
        guard count == 2, around.before == newline || position.line == 1 || isLineEnd(around.after) else {
            throw SourceError(
                "\(file.path) was changed since it was read: \(position) is not the beginning of a line any more",
                advice: "Put the file back as it was (it may only grow), or start afresh with --fresh")
        }
    }

    /// A last line that was read without a line end, and has got one since: that is no empty record.
    private func skipLineEnd(_ position: inout FilePosition?, in file: OpenFile, size: Int) throws {
        guard let read = position, read.offset > 0, read.offset < size else { return }
        var bytes: (UInt8, UInt8, UInt8) = (0, 0, 0)
        let count = try withUnsafeMutableBytes(of: &bytes) { bytes in
            try reading { () throws(FileFailure) in try file.read(into: bytes, at: read.offset - 1) }
        }
        let (newline, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        guard count >= 2, bytes.0 != newline, read.line > 1 || bytes.0 != 0xBF else { return }
        let length = bytes.1 == newline ? 1 : count == 3 && bytes.1 == carriage && bytes.2 == newline ? 2 : 0
        // The line was counted when it was read.
        if length > 0 { position = FilePosition(offset: read.offset + length, line: read.line) }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
