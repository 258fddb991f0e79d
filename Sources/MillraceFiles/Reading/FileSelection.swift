import Foundation
import Millrace

/// The files that a source reads.
public enum FileSelection: Sendable, Hashable {
    /// The files of a directory, without its subdirectories, whose names end in one of `extensions` (without regard to
    /// case) and do not begin with a dot. The directory may be empty.
    ///
    /// With `tailing`, files that appear during a run are read by that run. Otherwise they are read after the next
    /// start, provided that the earlier run had not completed, or runs with `EndOfInput.availableNow`.
    case directory(String, extensions: [String])
    /// A single file, by its path.
    case file(String)

    /// A description such as `files in flights` or `file flights/2013-01.csv`.
    var summary: String {
        switch self {
        case .directory(let path, _): "files in \(path)"
        case .file(let path): "file \(path)"
        }
    }

    var isDirectory: Bool {
        if case .directory = self { true } else { false }
    }

    /// Returns one partition per file, sorted by name. With `mayBeMissing`, a single file need not exist now: it may be
    /// between two rotations.
    func partitions(mayBeMissing: Bool) throws -> [PartitionID] {
        switch self {
        case .directory(let path, let extensions):
            return try Self.matching(extensions, in: Directory(path)).map { PartitionID($0) }
        case .file(let path):
            guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
                if mayBeMissing { return [PartitionID(Self.name(of: path))] }
                throw SourceError("There is no file \(path)", advice: "Check the path")
            }
            guard !status.isDirectory else {
                throw SourceError("\(path) is a directory, not a file", advice: "Use the source for directories (in:)")
            }
            return [PartitionID(Self.name(of: path))]
        }
    }

    /// Returns the path of a partition's file.
    func path(of partition: PartitionID) -> String {
        switch self {
        case .directory(let path, _): Directory(path).path(of: partition.name)
        case .file(let path): path
        }
    }

    private static func matching(_ extensions: [String], in directory: Directory) throws -> [String] {
        let path = directory.path
        guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
            throw SourceError("There is no directory \(path)", advice: "Check the path")
        }
        guard status.isDirectory else {
            throw SourceError("\(path) is a file, not a directory", advice: "Use the source for one file (at:)")
        }
        let endings = extensions.map { ".\($0.lowercased())" }
        let names = try reading { () throws(FileFailure) in
            var names: [String] = []
            for name in try directory.names() where !name.hasPrefix(".") {
                let lowercase = name.lowercased()
                guard endings.contains(where: lowercase.hasSuffix) else { continue }
                if try FileStatus.of(directory.path(of: name))?.isDirectory == false { names.append(name) }
            }
            return names
        }
        return names
    }

    private static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }
}

/// Runs `body`, converting a `FileFailure` to a `SourceError`.
func reading<Result>(_ body: () throws(FileFailure) -> Result) throws(SourceError) -> Result {
    do { return try body() } catch { throw SourceError(error) }
}
