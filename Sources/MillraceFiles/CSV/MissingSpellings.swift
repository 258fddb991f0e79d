/// The texts that stand for a missing value.
struct MissingSpellings {
    private let spellings: [[UInt8]]
    /// Bit n: one of them is n bytes long (bit 63: or longer). Answers nearly every question without comparing.
    private let lengths: UInt64

    init(_ spellings: Set<String>) {
        self.spellings = spellings.sorted().map { Array($0.utf8) }
        lengths = self.spellings.reduce(0) { $0 | 1 << UInt64(min($1.count, 63)) }
    }

    func contains(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard lengths >> UInt64(min(bytes.count, 63)) & 1 == 1 else { return false }
        return spellings.contains { $0.count == bytes.count && $0.elementsEqual(bytes) }
    }
}
