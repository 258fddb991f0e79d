/// A prepared file: the hidden name that it was written under, the name that it is to have, its length and checksum.
struct PartFile: Hashable, Sendable {
    let hiddenName: String
    let finalName: String
    let length: Int
    /// `BlockHash` of the contents; none in checkpoints of the first versions.
    let hash: UInt64?

    init(hiddenName: String, finalName: String, length: Int, hash: UInt64?) {
        self.hiddenName = hiddenName
        self.finalName = finalName
        self.length = length
        self.hash = hash
    }

    init(decoding bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try PartFile(
                hiddenName: reader.readString(), finalName: reader.readString(), length: Int(reader.read(Int64.self)),
                hash: reader.remaining > 0 ? reader.read(UInt64.self) : nil)
        }
    }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.write(hiddenName)
        writer.write(finalName)
        writer.write(Int64(length))
        if let hash { writer.write(hash) }
        return writer.bytes()
    }
}
