import Millrace

/// An incremental checksum that does not depend on how the bytes are split into pieces. It hashes blocks of 64 KiB,
/// each seeded with the hash of the block before.
struct BlockHash {
    private var state: UInt64 = 0
    /// The last, incomplete block.
    private var rest: [UInt8] = []

    private static let blockSize = 64 << 10

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            if rest.isEmpty, bytes.count >= Self.blockSize {
                state = FrozenHash.bytes(UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.blockSize)), seed: state)
                bytes = bytes.dropFirst(Self.blockSize)
                continue
            }
            let part = bytes.prefix(Self.blockSize - rest.count)
            rest.append(contentsOf: part)
            bytes = bytes.dropFirst(part.count)
            if rest.count == Self.blockSize {
                state = rest.withUnsafeBytes { FrozenHash.bytes($0, seed: state) }
                rest.removeAll(keepingCapacity: true)
            }
        }
    }

    /// The checksum of all bytes added so far.
    var value: UInt64 { rest.withUnsafeBytes { FrozenHash.bytes($0, seed: state) } }

    /// Returns the checksum of the first `length` bytes of a file.
    static func of(_ file: OpenFile, length: Int) throws(FileFailure) -> UInt64 {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 8)
        defer { buffer.deallocate() }
        var hash = BlockHash()
        var offset = 0
        while offset < length {
            let count = min(try file.read(into: buffer, at: offset), length - offset)
            if count == 0 { break }
            hash.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
        return hash.value
    }
}
