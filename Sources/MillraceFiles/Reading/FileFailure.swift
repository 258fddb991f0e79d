import Foundation
import Millrace

/// A system call on a file that failed: which, on what, and why.
@usableFromInline
struct FileFailure: Error {
    /// What was tried, to stand behind "cannot": `open`, `create the directory`.
    let operation: String
    /// The file or directory.
    let path: String
    /// The system's error number.
    let code: Int32

    /// The error number in words: `No space left on device`.
    var cause: String { String(cString: strerror(code)) }

    /// Cannot open flights/2013-01.csv: Permission denied.
    var problem: String { "Cannot \(operation) \(path): \(cause)" }
}

extension SourceError {
    /// A file that cannot be read.
    init(_ failure: FileFailure) {
        let advice =
            switch failure.code {
            case ENOENT: "Check the path, or put the file back"
            case EACCES, EPERM: "Give the user that runs the pipeline the right to read it"
            case ENOTDIR: "Check the path: a part of it is a file, not a directory"
            case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n): every file is read in a task of its own"
            default: "Check the disk and the path"
            }
        self.init(failure.problem, advice: advice)
    }
}

extension SinkError {
    /// A file that cannot be written.
    init(_ failure: FileFailure) {
        let advice =
            switch failure.code {
            case ENOSPC, EDQUOT: "Make room and start again: the pipeline goes on from its last checkpoint"
            case EACCES, EPERM: "Give the user that runs the pipeline the right to write there"
            case EROFS: "Choose a directory on a file system that is not read-only"
            case ENOTDIR, EEXIST: "Choose another directory: a part of this path is a file"
            case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n)"
            default: "Check the disk and the path"
            }
        self.init(failure.problem, advice: advice, isTransient: FolderCalls.mayHaveRoomSoon(failure.code))
    }
}
