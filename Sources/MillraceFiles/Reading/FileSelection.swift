import Foundation
import Millrace

/// Which files a source reads.
public enum FileSelection: Sendable, Hashable {
    /// The files directly in a directory whose names end in one of `extensions` (capital letters or not) and do not
    /// begin with a dot. There may be none. Those that appear during a run are read by it if it follows its files, else
    /// from the next start on, if the run is not complete then (`EndOfInput.availableNow`).
    case directory(String, extensions: [String])
    /// One file.
    case file(String)

    /// `files in flights` or `file flights/2013-01.csv`.
    var summary: String {
        switch self {
        case .directory(let path, _): "files in \(path)"
        case .file(let path): "file \(path)"
        }
    }

    var isDirectory: Bool {
        if case .directory = self { true } else { false }
    }

    /// One partition a file, sorted by name. One file may be missing if that is said: it may have been rotated.
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

    /// Where the file of a partition is.
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

/// Does something with files, turning its failure into a `SourceError`.
func reading<Result>(_ body: () throws(FileFailure) -> Result) throws(SourceError) -> Result {
    do { return try body() } catch { throw SourceError(error) }
}
