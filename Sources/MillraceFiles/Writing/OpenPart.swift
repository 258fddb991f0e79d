import Foundation

/// A hidden file that a task is writing.
struct OpenPart {
    private let directory: PartDirectory
    private let name: String
    private let descriptor: Int32
    private(set) var length = 0
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

    /// Returns the description of the file's present contents for a checkpoint. The file stays open.
    func described(as finalName: String) -> PartFile {
        PartFile(hiddenName: name, finalName: finalName, length: length, hash: hash.value, isOpen: true)
    }

    /// Closes the file. It is complete, but not yet durable or published.
    func finish() throws -> ClosedPart {
        guard close(descriptor) == 0 else { throw directory.failure("\(name) cannot be closed", errno) }
        return ClosedPart(name: name, length: length, hash: hash.value)
    }

    /// Closes the file without removing it, because it may be part of a stored checkpoint.
    func leave() { close(descriptor) }

    /// Closes and removes the file.
    func abandon() {
        leave()
        unlink(directory.path + "/" + name)
    }
}

/// A completed hidden file that is published after its checkpoint.
struct ClosedPart {
    let name: String
    let length: Int
    let hash: UInt64

    func described(as finalName: String) -> PartFile {
        PartFile(hiddenName: name, finalName: finalName, length: length, hash: hash)
    }
}
