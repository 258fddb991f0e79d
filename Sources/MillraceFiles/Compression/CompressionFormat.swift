/// A compression format of input files, recognized by a file's first bytes.
enum CompressionFormat: String, CaseIterable, Sendable {
    /// RFC 1952: one member or several.
    case gzip
    /// RFC 8878: one frame or several; skippable frames are passed over.
    case zstandard = "Zstandard"

    /// The bytes that a file of this format begins with.
    var magic: [UInt8] {
        switch self {
        case .gzip: [0x1f, 0x8b]
        case .zstandard: [0x28, 0xb5, 0x2f, 0xfd]
        }
    }

    /// The ending of a compressed file's name.
    var ending: String {
        switch self {
        case .gzip: ".gz"
        case .zstandard: ".zst"
        }
    }

    /// The number of bytes that tell every format.
    static let magicLength = 4

    /// What the first bytes of a file say.
    enum Recognition: Equatable {
        case plain
        case compressed(CompressionFormat)
        /// A beginning of some format's magic number: more bytes decide.
        case undecided
    }

    static func recognize(_ beginning: [UInt8]) -> Recognition {
        for format in allCases where beginning.starts(with: format.magic) { return .compressed(format) }
        // Skippable frames have sixteen magic numbers.
        let skippable: [UInt8] = [(beginning.first ?? 0) & 0x0f | 0x50, 0x2a, 0x4d, 0x18]
        if beginning.starts(with: skippable) { return .compressed(.zstandard) }
        let mayBegin = allCases.map(\.magic) + [skippable]
        return mayBegin.contains { $0.starts(with: beginning) } ? .undecided : .plain
    }

    /// Returns the name without the ending of a compressed file, in lowercase: names of the same contents have the same one.
    static func stem(of name: String) -> String {
        let lowercase = name.lowercased()
        let format = allCases.first { lowercase.hasSuffix($0.ending) }
        return String(lowercase.dropLast(format?.ending.count ?? 0))
    }
}
