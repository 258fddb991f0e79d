import Foundation

/// A directory, identified by its path.
struct Directory: Hashable {
    /// The path without a trailing slash (except for the root directory).
    let path: String

    init(_ path: String) {
        var path = Substring(path.isEmpty ? "." : path)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
    }

    /// Returns the path of the file called `name` in this directory.
    func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

    /// Returns the sorted names of all entries, including hidden ones.
    func names() throws(FileFailure) -> [String] {
        guard let stream = opendir(path) else {
            throw FileFailure(operation: "list the directory", path: path, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileFailure(operation: "list the directory", path: path, code: errno) }
        return names.sorted()
    }

    /// Makes added, renamed and removed entries durable (`fsync` of the directory).
    func sync() throws(FileFailure) { try OpenFile(reading: path).sync() }

    /// Creates the directory and its missing parents, and makes the new entries durable.
    func create() throws(FileFailure) {
        if mkdir(path, 0o777) == 0 {
            try parent.sync()
            return
        }
        switch errno {
        case ENOENT where parent != self:
            try parent.create()
            try create()
        case EEXIST:
            guard let status = try FileStatus.of(path), status.isDirectory else {
                throw FileFailure(operation: "create the directory", path: path, code: EEXIST)
            }
        default:
            throw FileFailure(operation: "create the directory", path: path, code: errno)
        }
    }

    private var parent: Directory {
        guard let slash = path.lastIndex(of: "/") else { return Directory(".") }
        return Directory(slash == path.startIndex ? "/" : String(path[..<slash]))
    }
}
