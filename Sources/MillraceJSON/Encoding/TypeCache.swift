/// Remembers types that were found to need nothing special, since finding out is slow. It may forget, but is never
/// wrong.
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
