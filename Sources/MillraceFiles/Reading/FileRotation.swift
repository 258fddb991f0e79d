import Foundation
import Millrace

/// The files that replaced a followed file at its path, oldest first. The reader continues with them at the end of the
/// current file.
///
/// They are opened as soon as they are seen, so that later renames do not matter.
struct FileRotation {
    let path: String
    private var current: FileStatus.Identity
    private var successors: [(file: OpenFile, identity: FileStatus.Identity)] = []
    /// The time since which the next file has had content.
    private var readySince: Duration?
    /// The time since which there has been no file at the path.
    private var goneSince: Duration?

    /// How long the reader stays at the end of a file after its successor has its first bytes, or after the file was
    /// deleted: the writer may still have bytes to write.
    static let wait = Duration.seconds(1)

    init(path: String, current: FileStatus.Identity, successors: [OpenFile] = []) throws {
        self.path = path
        self.current = current
        self.successors = try successors.map { file in
            (file, try reading { () throws(FileFailure) in try file.status().identity })
        }
    }

    /// Checks which file is at the path now.
    mutating func look(at now: Duration) throws {
        guard let found = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
            goneSince = goneSince ?? now
            return
        }
        goneSince = nil
        guard found.identity != successors.last?.identity ?? current else { return }
        guard found.isRegular else {
            throw SourceError(
                "\(path) was replaced by something that is not a file while it was being followed",
                advice: "Put the file back")
        }
        let file = try reading { () throws(FileFailure) in try OpenFile(reading: path) }
        let identity = try reading { () throws(FileFailure) in try file.status().identity }
        guard identity != current, !successors.contains(where: { $0.identity == identity }) else {
            throw SourceError(
                "\(path) was replaced by another file and put back while it was being followed",
                advice: "Have the writer begin a new file instead")
        }
        successors.append((file, identity))
    }

    /// Returns whether the reader, at the end of the current file, should continue with the next one.
    mutating func isDue(at now: Duration) throws -> Bool {
        guard let next = successors.first else { return false }
        // An empty next file is waited for, unless it has been replaced itself.
        let size = try reading { () throws(FileFailure) in try next.file.status().size }
        guard size > 0 || successors.count > 1 else { return false }
        let since = readySince ?? now
        readySince = since
        return now - since >= Self.wait
    }

    /// Removes and returns the next file.
    mutating func takeNext() -> OpenFile? {
        guard !successors.isEmpty else { return nil }
        let next = successors.removeFirst()
        (current, readySince) = (next.identity, nil)
        return next.file
    }

    /// Returns whether the file was deleted at least `wait` ago and not replaced.
    func isGone(_ file: OpenFile, at now: Duration) throws -> Bool {
        guard successors.isEmpty, let goneSince, now - goneSince >= Self.wait else { return false }
        return try reading { () throws(FileFailure) in try file.status().links } == 0
    }
}

/// A file that was rotated while the pipeline was not running.
struct RotatedFile {
    /// The file that was being read, opened by its present name.
    let file: OpenFile
    /// The files that came after it, oldest first.
    let successors: [OpenFile]

    private static let compressed = ["gz", "bz2", "xz", "zst", "lz4", "Z"]

    /// Looks in the directory of `path` for the file with this fingerprint; `nil` if there is none.
    init?(path: String, mark: FileMark) throws {
        let slash = path.lastIndex(of: "/")
        let directory = Directory(slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".")
        let name = String(path[(slash.map(path.index(after:)) ?? path.startIndex)...])
        let names = try reading { () throws(FileFailure) in try directory.names() }
        var found: (file: OpenFile, status: FileStatus)?
        var others: [(path: String, status: FileStatus)] = []
        for neighbour in names {
            let place = directory.path(of: neighbour)
            guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(place) }), status.isRegular
            else {
                continue
            }
            if status.identity == mark.identity {
                let file = try reading { () throws(FileFailure) in try OpenFile(reading: place) }
                guard try reading({ () throws(FileFailure) in try mark.fits(file) }) else { return nil }
                found = (file, status)
            } else if neighbour.hasPrefix(name), neighbour == name || status.size > 0 {
                others.append((place, status))
            }
        }
        guard let found else { return nil }
        // The file at the path is the newest, whatever its modification time is.
        let later = others.filter { $0.path == path || $0.status.modified >= found.status.modified }
            .sorted { ($0.path == path ? 1 : 0, $0.status.modified) < ($1.path == path ? 1 : 0, $1.status.modified) }
        if let packed = later.first(where: { other in Self.compressed.contains { other.path.hasSuffix(".\($0)") } }) {
            throw SourceError(
                "\(path) was rotated more than once since it was read, and \(packed.path), which came in between, is compressed",
                advice: "Unpack it there under a name without the ending, or start afresh with --fresh")
        }
        var heads: [FileMark.Piece: String] = [:]
        var successors: [OpenFile] = []
        for other in later {
            let file = try reading { () throws(FileFailure) in try OpenFile(reading: other.path) }
            var otherMark = FileMark(other.status)
            try reading { () throws(FileFailure) in try otherMark.note(file, upTo: other.status.size) }
            if otherMark.head.count > 0, let twin = heads.updateValue(other.path, forKey: otherMark.head) {
                throw SourceError(
                    "\(path) was rotated more than once since it was read, and \(twin) and \(other.path) begin alike: one may be a copy",
                    advice: "Take the copy away, or start afresh with --fresh")
            }
            successors.append(file)
        }
        file = found.file
        self.successors = successors
    }
}
