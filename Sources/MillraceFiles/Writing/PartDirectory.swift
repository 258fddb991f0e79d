import Foundation
import Millrace

/// A directory of part files: naming, publishing and removing them.
struct PartDirectory: Sendable, Hashable {
    let path: String
    let fileExtension: String

    private static let inProgress = ".inprogress"

    /// Returns the published name of a file that belongs to `checkpoint`. `number` counts the files of a task and
    /// checkpoint, if there may be several.
    func partName(task: Int, checkpoint: CheckpointNumber, number: Int? = nil) -> String {
        var name = "part-" + Self.padded(task, 5) + "-" + Self.padded(checkpoint.value, 8)
        if let number { name += "-" + Self.padded(number, 5) }
        return name + "." + fileExtension
    }

    private static func padded(_ number: some FixedWidthInteger, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// Returns the checkpoint in a name made by `partName`; `nil` for other names.
    private func checkpoint(ofPart name: some StringProtocol) -> UInt64? {
        guard name.hasPrefix("part-"), name.hasSuffix("." + fileExtension) else { return nil }
        let numbers = name.dropFirst(5).dropLast(fileExtension.count + 1).split(separator: "-")
        guard 2...3 ~= numbers.count, numbers.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            return nil
        }
        return UInt64(numbers[1])
    }

    private func isHidden(_ name: String) -> Bool {
        name.hasPrefix(".part-") && name.hasSuffix(".\(fileExtension)\(Self.inProgress)")
    }

    func create() throws {
        let code = FolderCalls.make(path)
        if code != 0 { throw failure("the directory cannot be created", code) }
    }

    /// Creates a hidden file with a unique name for a task.
    func openPart(task: Int) throws -> OpenPart {
        let name = ".part-\(task)-\(UUID().uuidString).\(fileExtension)\(Self.inProgress)"
        return try OpenPart(directory: self, name: name)
    }

    /// Makes a prepared file and its directory entry durable (`fsync`).
    func synchronise(_ file: PartFile) throws {
        try synchronise(path + "/" + file.hiddenName, named: file.hiddenName)
        try synchronise(path, named: "the directory")
    }

    private func synchronise(_ file: String, named name: String) throws {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("\(name) cannot be opened", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("\(name) cannot be synchronised", errno) }
    }

    /// Renames a prepared file to its published name, unless that was done already.
    ///
    /// Checks the file's length and, if it `isRecovered` (written by an earlier run), its checksum. A file that was
    /// still open at the checkpoint is truncated to its length at the checkpoint.
    func publish(_ file: PartFile, isRecovered: Bool) throws {
        let (hidden, final) = (path + "/" + file.hiddenName, path + "/" + file.finalName)
        var status = stat()
        if stat(hidden, &status) == 0 {
            if file.isOpen {
                try cut(hidden, Int(status.st_size), file)
            } else {
                try check(hidden, Int(status.st_size), file, contents: isRecovered)
            }
            guard rename(hidden, final) == 0 else {
                throw failure("\(file.hiddenName) cannot be renamed to \(file.finalName)", errno)
            }
            return try synchronise(path, named: "the directory")
        }
        guard errno == ENOENT else { throw failure("\(file.hiddenName) cannot be looked at", errno) }
        guard stat(final, &status) == 0 else {
            throw SinkError(
                "\(path) has neither \(file.finalName) nor \(file.hiddenName), which belongs to a stored checkpoint",
                advice: "Bring the file back, or start over with --fresh")
        }
        try check(final, Int(status.st_size), file, contents: isRecovered)
    }

    /// Truncates a file to its length at the checkpoint, after checking the checksum of that part.
    private func cut(_ hidden: String, _ size: Int, _ file: PartFile) throws {
        try check(hidden, size >= file.length ? file.length : size, file, contents: true)
        guard truncate(hidden, off_t(file.length)) == 0 else {
            throw failure("\(file.hiddenName) cannot be shortened", errno)
        }
        try synchronise(hidden, named: file.hiddenName)
    }

    private func check(_ found: String, _ size: Int, _ file: PartFile, contents: Bool) throws {
        guard size == file.length else {
            throw SinkError(
                "\(found) has \(size) bytes, and \(file.length) in the stored checkpoint",
                advice: "Bring the file back as it was, or start over with --fresh")
        }
        guard contents, let hash = file.hash else { return }
        let read: UInt64
        do { read = try BlockHash.of(OpenFile(reading: found), length: file.length) } catch { throw SinkError(error) }
        guard read == hash else {
            throw SinkError(
                "\(found) does not have the same contents as in the stored checkpoint: its checksum differs",
                advice: "Bring the file back as it was, or start over with --fresh")
        }
    }

    /// Removes hidden files, which belong to no stored checkpoint. Published files are removed by a fresh start,
    /// rejected by a new one, and rejected by a resumed one if they are of a later checkpoint.
    func removeLeftovers(start: StartMode) throws {
        let names: [String]
        switch FolderCalls.names(in: path) {
        case .success(let found): names = found
        case .failure(let error): throw failure("the directory cannot be listed", error.code)
        }
        for name in names.sorted() {
            if isHidden(name) {
                try remove(name)
            } else if let checkpoint = checkpoint(ofPart: name) {
                switch start {
                case .fresh: try remove(name)
                case .new:
                    throw SinkError(
                        "\(path) holds output of an earlier run (\(name))",
                        advice:
                            "Go on with that run's state folder, replace the output with --fresh, or choose another directory"
                    )
                case .resumed(let stored):
                    guard checkpoint <= stored.value else {
                        throw SinkError(
                            "\(path) holds output of checkpoint \(checkpoint) (\(name)), the state folder ends at \(stored)",
                            advice: "Use the state folder that belongs to this output, or start over with --fresh")
                    }
                }
            }
        }
    }

    private func remove(_ name: String) throws {
        guard unlink(path + "/" + name) == 0 || errno == ENOENT else {
            throw failure("\(name) cannot be removed", errno)
        }
    }

    func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        write(descriptor, bytes, count)
    }

    func failure(_ what: String, _ code: Int32) -> SinkError {
        let advice =
            switch code {
            case ENOSPC, EDQUOT: "Free disk space; the pipeline goes on from its last checkpoint"
            case ENOTDIR, EEXIST: "Choose another directory: a part of this path is a file"
            case EACCES, EPERM, EROFS: "Give this user the right to write there, or choose another directory"
            default: "Check the directory and the disk"
            }
        return SinkError(
            "\(path): \(what): \(String(cString: strerror(code)))", advice: advice,
            isTransient: FolderCalls.mayHaveRoomSoon(code))
    }
}
