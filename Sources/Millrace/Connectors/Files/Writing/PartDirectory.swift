import Foundation

/// A directory of part files: their names, and what is done to them.
struct PartDirectory: Sendable, Hashable {
    let path: String
    let fileExtension: String

    private static let inProgress = ".inprogress"

    /// The published name of a task's epoch.
    func partName(task: Int, checkpoint: CheckpointNumber) -> String {
        let checkpoint = String(checkpoint.value)
        let task = String(task)
        let padding = (
            String(repeating: "0", count: max(0, 5 - task.count)),
            String(repeating: "0", count: max(0, 8 - checkpoint.count))
        )
        return "part-\(padding.0)\(task)-\(padding.1)\(checkpoint).\(fileExtension)"
    }

    /// Whether a name is one that `partName` gives.
    private func isPart(_ name: some StringProtocol) -> Bool {
        checkpoint(ofPart: name) != nil
    }

    private func checkpoint(ofPart name: some StringProtocol) -> UInt64? {
        guard name.hasPrefix("part-"), name.hasSuffix("." + fileExtension) else { return nil }
        let numbers = name.dropFirst(5).dropLast(fileExtension.count + 1).split(separator: "-")
        guard numbers.count == 2, numbers.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
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

    /// Begins a hidden file for a task; each has a name of its own.
    func openPart(task: Int) throws -> OpenPart {
        let name = ".part-\(task)-\(UUID().uuidString).\(fileExtension)\(Self.inProgress)"
        return try OpenPart(directory: self, name: name)
    }

    /// Makes a prepared file and its name safe against power loss.
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

    /// Gives a prepared file its name; nothing to do if it has it. Its length has to be what was written; of one that
    /// another process wrote, the contents too.
    func publish(_ file: PartFile, isRecovered: Bool) throws {
        let (hidden, final) = (path + "/" + file.hiddenName, path + "/" + file.finalName)
        var status = stat()
        if stat(hidden, &status) == 0 {
            try check(hidden, Int(status.st_size), file, contents: isRecovered)
            guard rename(hidden, final) == 0 else {
                throw failure("\(file.hiddenName) cannot be renamed to \(file.finalName)", errno)
            }
            return try synchronise(path, named: "the directory")
        }
        guard errno == ENOENT else { throw failure("\(file.hiddenName) cannot be looked at", errno) }
        guard stat(final, &status) == 0 else {
            throw SinkError(
                "\(path) has neither \(file.finalName) nor \(file.hiddenName), which a stored checkpoint promises",
                advice: "Bring the file back, or start over with --fresh")
        }
        try check(final, Int(status.st_size), file, contents: isRecovered)
    }

    private func check(_ found: String, _ size: Int, _ file: PartFile, contents: Bool) throws {
        guard size == file.length else {
            throw SinkError(
                "\(found) has \(size) bytes, a stored checkpoint promises \(file.length)",
                advice: "Bring the file back as it was, or start over with --fresh")
        }
        guard contents, let hash = file.hash else { return }
        let read: UInt64
        do { read = try BlockHash.of(OpenFile(reading: found)) } catch { throw SinkError(error) }
        guard read == hash else {
            throw SinkError(
                "\(found) does not have the contents that a stored checkpoint promises: its checksum is another",
                advice: "Bring the file back as it was, or start over with --fresh")
        }
    }

    /// Removes what belongs to no stored checkpoint; checks that what is published fits the start.
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
            isTransient: SinkError.mayHaveRoomSoon(code))
    }
}
