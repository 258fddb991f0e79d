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
/// Files compressed with gzip or Zstandard are recognized by their first bytes, and decompressed while they are read
/// (trait `Compression`). With ``FileSelection/directory(_:extensions:)``, `events.csv.gz` and `events.csv.zst` are files of
/// the extension `csv`, unless the source follows them. After a restart a compressed file is decompressed from its beginning
/// up to the position. Damaged and truncated ones end the run with a `SourceError`, after the records before the damage.
///
/// With ``splitSize``, a large file is read as several partitions, by several tasks at a time.
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
    /// The size of the parts into which a file is split, in bytes: each is a partition of its own, so that several tasks read
    /// one file. A record belongs to the part in which it begins. Compressed files are not split. Must not change between
    /// runs that share a checkpoint folder. Cannot be used with ``tailing``. Default: `nil`, one partition per file.
    ///
    /// Each partition has its own watermark: if times ascend in the file, windows of the later parts stay open until the first
    /// part has been read. While the beginning of a part is searched, the partition counts as idle (`idleTimeout`).
    ///
    /// Lines (and JSON Lines) are found from anywhere in the file, and line numbers in messages count from the beginning of the
    /// part. Rows of CSV may have line ends within quotes, so that the beginning of a part is found by a scan of the part before.
    public let splitSize: Int?
    private let starts = PartStarts()
    /// The number of bytes read at once. Tests set a small value so that records cross the end of the buffer.
    var readSize = FileWindow.readSize
    private let watch = DirectoryWatch()

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - files: The files to read.
    ///   - format: The format of the files.
    ///   - tailing: Whether to follow the files; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which files are split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, files are not split.
    public init(_ files: FileSelection, format: Format, tailing: Bool = false, splitSize: Int? = nil) {
        self.files = files
        self.format = format
        self.tailing = tailing
        self.splitSize = splitSize
    }

    public var summary: String { "\(format.name) \(files.summary)\(tailing ? ", followed" : "")" }

    public var isOpenEnded: Bool { tailing }

    public func connect(_ run: SourceRun) throws {
        if let splitSize {
            guard !tailing else {
                throw SourceError(
                    "The source of \(files.summary) has both tailing and splitSize: a followed file cannot be split",
                    advice: "Leave one of them out")
            }
            guard splitSize >= 1 else {
                throw SourceError(
                    "splitSize is \(splitSize); expected a number of bytes from 1",
                    advice: "Use for example the size of the file divided by the parallelism")
            }
        }
        starts.clear()
        guard tailing, case .directory = files else { return }
        watch.start(
            { [files] in try Self.whole(files.names(mayBeMissing: true, isFollowed: true)) }, run.partitionsChanged)
    }

    public func disconnect() { watch.stop() }

    public func partitions() throws -> [PartitionID] {
        let names = try files.names(mayBeMissing: tailing, isFollowed: tailing)
        guard let splitSize, splitSize >= 1 else {
            let found = Self.whole(names)
            watch.note(found)
            return found
        }
        return try names.flatMap { name in
            let file = try reading { () throws(FileFailure) in try OpenFile(reading: files.path(of: name)) }
            let size = try reading { () throws(FileFailure) in try file.status().size }
            if case .compressed = try FileContent.compression(of: file) { return [FilePart(file: name)] }
            return FilePart.parts(of: name, size: size, splitSize: splitSize)
        }.map(\.partition)
    }

    private static func whole(_ names: [String]) -> [PartitionID] { names.map { FilePart(file: $0).partition } }

    private func part(_ partition: PartitionID) -> FilePart { FilePart(partition, splitSize: splitSize) }

    public func unread(_ positions: [PartitionStart<FilePosition>]) throws -> [PartitionID] {
        try positions.filter { start in
            guard let position = start.position else { return false }
            let part = part(start.partition)
            if let range = part.range, position.offset >= range.upperBound { return false }
            let path = files.path(of: part.file)
            guard let found = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else { return false }
            guard let mark = position.mark, !mark.hasUnread(found, after: position.offset) else {
                return position.mark != nil || found.size > position.offset
            }
            return try reading { () throws(FileFailure) in try !mark.fits(OpenFile(reading: path)) }
        }.map(\.partition)
    }

    public func checkNew(_ new: [PartitionID], known: [PartitionStart<FilePosition>]) throws {
        for partition in new {
            let part = part(partition)
            let path = files.path(of: part.file)
            guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else { continue }
            let file = NewFile(part: part, path: path, status: status)
            for old in known where old.partition != partition { try file.check(old) }
        }
    }

    public func open(
        _ partition: PartitionID, at position: FilePosition?, context: SourceContext
    ) throws -> FileReader<Format> {
        let part = part(partition)
        let path = files.path(of: part.file)
        let opened = try FileOpening(path: path, isFollowed: tailing).open(position)
        let status = try reading { () throws(FileFailure) in try opened.file.status() }
        let content = FileContent(opened.file, mayGrow: tailing)
        try content.recognize()
        if let read = opened.position, content.compressedEnd == nil, read.offset > status.size {
            throw SourceError(
                "\(path) is \(status.size) bytes long, and was read up to \(read)", advice: FileOpening.putBack)
        }
        if part.range != nil, content.compressedEnd != nil {
            throw SourceError(
                "\(path) has become a compressed file since the partitions were listed, and cannot be split",
                advice: "Start again when it has been written")
        }
        let (format, name, readSize) = (format, partition.name, readSize)
        return try FileReader(
            window: FileWindow(content, size: status.size, readSize: readSize), status: status, name: name,
            part: part.range.map { FilePart.Reading(range: $0, file: part.file, starts: starts) },
            position: opened.position,
            rotation: tailing
                ? FileRotation(path: path, current: status.identity, successors: opened.successors) : nil,
            canEnd: files.isDirectory, context: context, readSize: readSize,
            makeDecoder: { try format.makeDecoder(file: part.file) })
    }
}
