/// A prepared file: the hidden name that it was written under, the name that it is to have, and its length.
struct PartFile: Hashable, Sendable {
    let hiddenName: String
    let finalName: String
    let length: Int

    init(hiddenName: String, finalName: String, length: Int) {
        self.hiddenName = hiddenName
        self.finalName = finalName
        self.length = length
    }

    init(decoding bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try PartFile(
                hiddenName: reader.readString(), finalName: reader.readString(), length: Int(reader.read(Int64.self)))
        }
    }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.write(hiddenName)
        writer.write(finalName)
        writer.write(Int64(length))
        return writer.bytes()
    }
}
