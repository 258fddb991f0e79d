import Foundation

/// Creates and lists folders through system calls, which report why it failed; Foundation often does not.
package enum FolderCalls {
    /// Creates a folder and its missing parents. Returns the error number, or 0.
    package static func make(_ path: String) -> Int32 {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR ? 0 : ENOTDIR }
        guard errno == ENOENT else { return errno }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if parent != path, parent != "/" {
            let code = make(parent)
            if code != 0 { return code }
        }
        // Another process may have created it meanwhile.
        return mkdir(path, 0o777) == 0 || errno == EEXIST ? 0 : errno
    }

    /// Returns the names in a folder, without `.` and `..`, in no particular order.
    package static func names(in path: String) -> Result<[String], Failure> {
        guard let folder = opendir(path) else { return .failure(Failure(code: errno)) }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        return errno == 0 ? .success(names) : .failure(Failure(code: errno))
    }

    /// Whether an error number says that the disk or quota is full. Such an error is treated as temporary, like an
    /// unreachable database.
    package static func mayHaveRoomSoon(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT }

    /// The error of a system call.
    package struct Failure: Error { package let code: Int32 }
}
