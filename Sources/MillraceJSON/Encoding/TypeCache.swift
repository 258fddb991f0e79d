/// A cache of types that need no special encoding, because determining this is slow. It may evict types, but never
/// contains a wrong one.
struct TypeCache {
    private var types: [ObjectIdentifier?] = Array(repeating: nil, count: 64)

    @inline(__always)
    func contains(_ type: ObjectIdentifier) -> Bool { types[place(type)] == type }

    mutating func insert(_ type: ObjectIdentifier) { types[place(type)] = type }

    @inline(__always)
    private func place(_ type: ObjectIdentifier) -> Int {
        let address = UInt(bitPattern: type)
        return Int(truncatingIfNeeded: (address >> 4 ^ address >> 10) & 63)
    }
}
