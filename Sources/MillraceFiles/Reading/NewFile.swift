import Millrace

/// A file that the checkpoint does not know, which must not be one that was read under another name.
struct NewFile {
    let part: FilePart
    let path: String
    let status: FileStatus

    /// Throws if the records of the partition `old` are those of this file.
    func check(_ old: PartitionStart<FilePosition>) throws {
        let known = FilePart(splitName: old.partition.name) ?? FilePart(file: old.partition.name)
        guard !part.isSibling(of: known) else { return }
        if part.file == known.file {
            guard let position = old.position, position.offset > 0, position.mark?.isDeleted != true else { return }
            throw SourceError(
                "\(path) was read as \(old.partition)\(place(old)), and is now \(part.partition): with another splitSize its records would be read again",
                advice: "Set splitSize as it was, or start afresh with --fresh")
        }
        if CompressionFormat.stem(of: part.file) == CompressionFormat.stem(of: known.file) {
            throw SourceError(
                "\(path) has the name of \(old.partition), which was read\(place(old)), compressed or decompressed: its records would be read again",
                advice: "Move it to where the source does not look, or start afresh with --fresh")
        }
        guard let position = old.position, let mark = position.mark, mark.identity == status.identity,
            mark.tail.count > 0, mark.tail.end < status.size || mark.modified == status.modified,
            try reading({ () throws(FileFailure) in try mark.fits(OpenFile(reading: path)) })
        else { return }
        throw SourceError(
            "\(path) is the file that was read as \(old.partition)\(place(old)), under another name: it would be read again",
            advice:
                "Give it its old name back, move it to where the source does not look, or start afresh with --fresh")
    }

    private func place(_ old: PartitionStart<FilePosition>) -> String { old.position.map { " up to \($0)" } ?? "" }
}
