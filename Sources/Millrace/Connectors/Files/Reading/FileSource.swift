/// Reads text files, one partition a file: the source behind `.csvFiles`, `.jsonLines` and `.lines`.
///
/// ```swift
/// graph.source(.csvFiles(in: "flights", decoding: Flight.self))
/// graph.source(FileSource(.file("events.psv"), format: PipeSeparated(), following: true))
/// ```
///
/// A file may end with or without a line end. Files of zero bytes hold no records. Once a run has begun a file may
/// only grow: one that is shorter than it was, is gone or was replaced is a `SourceError`.
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
    /// rest of a last line that has no line end yet, and the partition never ends.
    public let following: Bool
    /// Bytes read at once; small in tests, to have records cross the buffer's end.
    var readSize = FileWindow.readSize

    /// Reads `files`, and goes on waiting for more at their ends if `following`.
    public init(_ files: FileSelection, format: Format, following: Bool = false) {
        self.files = files
        self.format = format
        self.following = following
    }

    public var summary: String { "\(format.name) \(files.summary)\(following ? ", followed" : "")" }

    public func partitions() throws -> [PartitionID] { try files.partitions() }

    public func unread(_ positions: [PartitionStart<FilePosition>]) throws -> [PartitionID] {
        try positions.filter { start in
            guard let position = start.position else { return false }
            let found = try reading { () throws(FileFailure) in try FileStatus.of(files.path(of: start.partition)) }
            return found.map { $0.size > position.offset } ?? false
        }.map(\.partition)
    }

    public func open(
        _ partition: PartitionID, at position: FilePosition?, context: SourceContext
    ) throws -> FileReader<Format> {
        let path = files.path(of: partition)
        guard let found = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
            throw SourceError(
                "There is no file \(path)" + (position.map { ", which was read up to \($0)" } ?? ""),
                advice: "Put the file back, or start afresh with --fresh")
        }
        guard found.isRegular else {
            throw SourceError(
                "\(path) is not a file that can be read from any place",
                advice: "Use regular files: a directory, pipe or device has no positions to return to")
        }
        let file = try reading { () throws(FileFailure) in try OpenFile(reading: path) }
        let status = try reading { () throws(FileFailure) in try file.status() }
        var position = position
        if let read = position {
            try checkPosition(read, in: file, size: status.size)
            try skipLineEnd(&position, in: file, size: status.size)
        }
        return FileReader(
            window: FileWindow(file, size: status.size, readSize: readSize), identity: status.identity,
            name: partition.name, position: position ?? FilePosition(),
            decoder: try format.makeDecoder(file: partition.name), following: following)
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
