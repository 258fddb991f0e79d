extension DistinctSketch {
    /// Adds the elements of another sketch: the result is the sketch of the union of both sets.
    ///
    /// If the precisions differ, the result has the lower one.
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

    /// Lowers the precision; the sketch is then the same as if it had been created with the lower one.
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
            // The last bits of the register's number are now the first bits that determine the rank.
            let first = number & ((1 << Int(dropped)) - 1)
            let newRank = first == 0 ? dropped + rank : dropped - UInt8(Int.bitWidth - first.leadingZeroBitCount) + 1
            lowered[number >> Int(dropped)] = max(lowered[number >> Int(dropped)], newRank)
        }
        registers = lowered
    }
}
