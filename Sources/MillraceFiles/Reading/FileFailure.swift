import Foundation
import Millrace

/// A failed system call on a file.
@usableFromInline
struct FileFailure: Error {
    /// The operation, as it follows "Cannot" in the message: `open`, `create the directory`.
    let operation: String
    /// The path of the file or directory.
    let path: String
    /// The system's error number (`errno`).
    let code: Int32

    /// The system's text for the error number: `No space left on device`.
    var cause: String { String(cString: strerror(code)) }

    /// The message: `Cannot open flights/2013-01.csv: Permission denied`.
    var problem: String { "Cannot \(operation) \(path): \(cause)" }
}

extension SourceError {
    /// Creates the error for a file that cannot be read.
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
    /// Creates the error for a file that cannot be written.
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
