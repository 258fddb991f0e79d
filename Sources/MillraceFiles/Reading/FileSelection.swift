import Foundation
import Millrace

/// The files that a source reads.
///
/// ```swift
/// graph.source(FileSource(.directory("events", extensions: ["psv"]), format: PipeSeparated(), tailing: true))
/// graph.source(FileSource(.file("old/events-2025.psv"), format: PipeSeparated()))
/// ```
public enum FileSelection: Sendable, Hashable {
    /// The files of a directory, without its subdirectories, whose names end in one of `extensions` (without regard to
    /// case) and do not begin with a dot. The directory may be empty.
    ///
    /// Without `tailing`, names that end in one of `extensions` and `.gz` or `.zst` belong to it, too.
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

    /// Returns the names of the files, sorted. With `mayBeMissing`, a single file need not exist now: it may be between two
    /// rotations. Compressed files are among them unless the source follows (`isFollowed`): log rotation compresses files
    /// that were read.
    func names(mayBeMissing: Bool, isFollowed: Bool) throws -> [String] {
        switch self {
        case .directory(let path, let extensions):
            return try Self.matching(extensions, in: Directory(path), withCompressed: !isFollowed)
        case .file(let path):
            guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
                if mayBeMissing { return [Self.name(of: path)] }
                throw SourceError("There is no file \(path)", advice: "Check the path")
            }
            guard !status.isDirectory else {
                throw SourceError("\(path) is a directory, not a file", advice: "Use the source for directories (in:)")
            }
            return [Self.name(of: path)]
        }
    }

    /// Returns the path of a file.
    func path(of name: String) -> String {
        switch self {
        case .directory(let path, _): Directory(path).path(of: name)
        case .file(let path): path
        }
    }

    private static func matching(
        _ extensions: [String], in directory: Directory, withCompressed: Bool
    ) throws -> [String] {
        let path = directory.path
        guard let status = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
            throw SourceError("There is no directory \(path)", advice: "Check the path")
        }
        guard status.isDirectory else {
            throw SourceError("\(path) is a file, not a directory", advice: "Use the source for one file (at:)")
        }
        let plain = extensions.map { ".\($0.lowercased())" }
        let compressed =
            withCompressed ? CompressionFormat.allCases.flatMap { form in plain.map { $0 + form.ending } } : []
        let endings = plain + compressed
        let names = try reading { () throws(FileFailure) in
            var names: [String] = []
            for name in try directory.names() where !name.hasPrefix(".") {
                let lowercase = name.lowercased()
                guard endings.contains(where: lowercase.hasSuffix) else { continue }
                if try FileStatus.of(directory.path(of: name))?.isDirectory == false { names.append(name) }
            }
            return names
        }
        var stems: [String: String] = [:]
        for name in names where withCompressed {
            // A compressed file that is asked for by its whole ending is meant.
            let (lowercase, stem) = (name.lowercased(), CompressionFormat.stem(of: name))
            let isNamed = stem != lowercase && plain.contains(where: lowercase.hasSuffix)
            guard !isNamed, let other = stems.updateValue(name, forKey: stem), other.lowercased() != lowercase else {
                continue
            }
            throw SourceError(
                "\(directory.path) has both \(other) and \(name): the same records would be read twice",
                advice: "Move one of them away, or name the endings to read, as in extensions: [\"csv.gz\"]")
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
