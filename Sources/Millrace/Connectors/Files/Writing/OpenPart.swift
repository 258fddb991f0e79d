import Foundation

/// A hidden file being written by one task.
struct OpenPart {
    private let directory: PartDirectory
    private let name: String
    private let descriptor: Int32
    private var length = 0
    private var hash = BlockHash()

    init(directory: PartDirectory, name: String) throws {
        self.directory = directory
        self.name = name
        descriptor = open(directory.path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw directory.failure("\(name) cannot be created", errno) }
    }

    mutating func write(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return directory.systemWrite(descriptor, base + written, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw directory.failure("\(name) cannot be written", errno)
            }
            written += count
        }
        length += bytes.count
        bytes.withUnsafeBytes { hash.add($0) }
    }

    /// Closes the file; it is complete, but neither safe nor visible yet.
    func finish(task: Int, checkpoint: CheckpointNumber) throws -> PartFile {
        guard close(descriptor) == 0 else { throw directory.failure("\(name) cannot be closed", errno) }
        return PartFile(
            hiddenName: name, finalName: directory.partName(task: task, checkpoint: checkpoint), length: length,
            hash: hash.value)
    }

    /// Closes and removes the file.
    func abandon() {
        close(descriptor)
        unlink(directory.path + "/" + name)
    }
}
