extension DistinctSketch {
    /// Adds the elements of another: the result is the sketch of both sets together. Where the precisions differ it has
    /// the lower one.
    public mutating func merge(_ other: DistinctSketch) {
        if other.bits < bits { lower(to: other.bits) }
        if other.registers.isEmpty {
            for hash in other.hashes { insert(hash: hash) }
            return
        }
        var other = other
        other.lower(to: bits)
        makeRegisters()
        for (number, rank) in other.registers.enumerated() where registers[number] < rank { registers[number] = rank }
    }

    /// Makes of this the sketch of the same set with a lower precision.
    mutating func lower(to newBits: UInt8) {
        guard newBits < bits else { return }
        let dropped = bits - newBits
        bits = newBits
        guard !registers.isEmpty else {
            if hashes.count > hashLimit { makeRegisters() }
            return
        }
        var lowered = [UInt8](repeating: 0, count: 1 << Int(newBits))
        for (number, rank) in registers.enumerated() where rank > 0 {
            // The last bits of the register's number are now the first of those that are ranked.
            let first = number & ((1 << Int(dropped)) - 1)
            let newRank = first == 0 ? dropped + rank : dropped - UInt8(Int.bitWidth - first.leadingZeroBitCount) + 1
            lowered[number >> Int(dropped)] = max(lowered[number >> Int(dropped)], newRank)
        }
        registers = lowered
    }
}
