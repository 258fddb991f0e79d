/// The field texts that mean "no value".
struct MissingSpellings {
    /// The texts.
    let texts: Set<String>
    private let spellings: [[UInt8]]
    /// Bit n is set if one of the texts is n bytes long (bit 63: 63 or more bytes). A quick check that makes most
    /// comparisons unnecessary.
    private let lengths: UInt64

    init(_ spellings: Set<String>) {
        texts = spellings
        self.spellings = spellings.sorted().map { Array($0.utf8) }
        lengths = self.spellings.reduce(0) { $0 | 1 << UInt64(min($1.count, 63)) }
    }

    func contains(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard lengths >> UInt64(min(bytes.count, 63)) & 1 == 1 else { return false }
        return spellings.contains { $0.count == bytes.count && $0.elementsEqual(bytes) }
    }
}
