import Millrace

/// A file as described in a checkpoint: its hidden and its published name, length in bytes, and checksum.
struct PartFile: Hashable, Sendable {
    let hiddenName: String
    let finalName: String
    let length: Int
    /// The `BlockHash` of the contents; `nil` in checkpoints of the first versions.
    let hash: UInt64?
    /// Whether the file was still open at the checkpoint. It may have grown since, and is published only by a restart.
    var isOpen = false
}

/// The files of one task in a checkpoint.
struct PartList: Hashable, Sendable {
    var files: [PartFile]

    private static let version: UInt8 = 1

    init(_ files: [PartFile]) { self.files = files }

    /// Decodes a list. In the first versions it was a single file, which began with its hidden name; newer lists begin
    /// with an empty string.
    init(decoding bytes: [UInt8]) throws {
        files = try bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let first = try reader.readString()
            guard first.isEmpty else {
                return [
                    try PartFile(
                        hiddenName: first, finalName: reader.readString(), length: Int(reader.read(Int64.self)),
                        hash: reader.remaining > 0 ? reader.read(UInt64.self) : nil)
                ]
            }
            let version = try reader.read(UInt8.self)
            guard version == Self.version else {
                throw SinkError(
                    "output of a checkpoint is described in version \(version), this program knows \(Self.version)",
                    advice: "Go on with the version of the program that wrote it")
            }
            var files: [PartFile] = []
            while reader.remaining > 0 {
                files.append(
                    try PartFile(
                        hiddenName: reader.readString(), finalName: reader.readString(),
                        length: Int(reader.read(Int64.self)), hash: reader.read(UInt64.self),
                        isOpen: reader.read(UInt8.self) == 1))
            }
            return files
        }
    }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.write("")
        writer.write(Self.version)
        for file in files {
            writer.write(file.hiddenName)
            writer.write(file.finalName)
            writer.write(Int64(file.length))
            writer.write(file.hash ?? 0)
            writer.write(UInt8(file.isOpen ? 1 : 0))
        }
        return writer.bytes()
    }
}
