import Millrace

/// Finds and opens the file that a partition continues with: at its path, or under the name it was rotated to.
struct FileOpening {
    let path: String
    let isFollowed: Bool

    /// The file to read, with the position to read from.
    struct Opened {
        var file: OpenFile
        var position: FilePosition?
        /// The files that replaced it at its path since then, oldest first.
        var successors: [OpenFile] = []
    }

    func open(_ position: FilePosition?) throws -> Opened {
        let found = try reading { () throws(FileFailure) in try FileStatus.of(path) }
        guard let position, let mark = position.mark, !mark.isDeleted else {
            let start = position?.mark?.isDeleted == true ? nil : position
            return Opened(file: try openPath(found, start), position: start)
        }
        if isFollowed, found?.identity != mark.identity, let rotated = try RotatedFile(path: path, mark: mark) {
            return Opened(file: rotated.file, position: position, successors: rotated.successors)
        }
        let file = try openPath(found, position)
        if try reading({ () throws(FileFailure) in try mark.fits(file) }) {
            return Opened(file: file, position: position)
        }
        let status = try reading { () throws(FileFailure) in try file.status() }
        if status.size < max(mark.isCompressed ? 0 : position.offset, mark.tail.end) {
            throw SourceError(
                "\(path) is \(status.size) bytes long, and was read up to \(position)", advice: Self.putBack)
        }
        throw SourceError(
            "\(path) is not the file that was read up to \(position): \(try difference(file, mark))",
            advice: Self.putBack)
    }

    static let putBack =
        "Put the file back as it was (it may only grow), give new contents a new name, or start afresh with --fresh"

    private func difference(_ file: OpenFile, _ mark: FileMark) throws -> String {
        var beginning = mark
        beginning.tail = FileMark.Piece()
        return try reading({ () throws(FileFailure) in try beginning.fits(file) })
            ? "its bytes \(mark.tail.start) to \(mark.tail.end) have changed" : "its beginning has changed"
    }

    private func openPath(_ found: FileStatus?, _ position: FilePosition?) throws -> OpenFile {
        guard let found else {
            throw SourceError(
                "There is no file \(path)" + (position.map { ", which was read up to \($0)" } ?? ""),
                advice: position == nil ? "Check the path" : "Put the file back, or start afresh with --fresh")
        }
        guard found.isRegular else {
            throw SourceError(
                "\(path) is not a regular file",
                advice: "Use regular files: a directory, pipe or device cannot be read again from a position")
        }
        return try reading { () throws(FileFailure) in try OpenFile(reading: path) }
    }
}
