import Foundation

/// Folders by the system's own calls, which say why one cannot be made or listed, as Foundation often does not.
package enum FolderCalls {
    /// Makes a folder and those above it that are missing; the error number if that fails, 0 otherwise.
    package static func make(_ path: String) -> Int32 {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR ? 0 : ENOTDIR }
        guard errno == ENOENT else { return errno }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if parent != path, parent != "/" {
            let code = make(parent)
            if code != 0 { return code }
        }
        // Somebody else may have been quicker.
        return mkdir(path, 0o777) == 0 || errno == EEXIST ? 0 : errno
    }

    /// Names in a folder, without `.` and `..`, in no order.
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

    /// Whether an error number says that there is no room, which is waited for as a database is that is away.
    package static func mayHaveRoomSoon(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT }

    /// The error number of a call.
    package struct Failure: Error { package let code: Int32 }
}
