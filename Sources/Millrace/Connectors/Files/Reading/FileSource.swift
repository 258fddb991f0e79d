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
        if let position { try checkPosition(position, in: file, size: status.size) }
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

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
