/// Reads decimal digits eight at a time, as one 64-bit word.
///
/// The method is that of Daniel Lemire and others ("Quickly parsing eight digits", 2018): the digits are combined in pairs
/// by three multiplications.
@usableFromInline
package enum DecimalDigits {
    /// The value of `count` digits, of which the first is the lowest byte of `word`; `nil` if one is not a digit.
    ///
    /// - Parameters:
    ///   - word: Eight bytes of text. Those after the digits are ignored.
    ///   - count: 1 to 8.
    @inlinable
    @inline(__always)
    package static func value(_ word: UInt64, count: Int) -> UInt64? {
        let digits = aligned(word, count: count)
        guard ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0 else { return nil }
        return sum(digits)
    }

    /// The value of `count` bytes that are known to be digits.
    @inlinable
    @inline(__always)
    package static func valueOfDigits(_ word: UInt64, count: Int) -> UInt64 { sum(aligned(word, count: count)) }

    /// The digits as bytes from 0 to 9, with leading zeros in place of what is not there.
    @inlinable
    @inline(__always)
    static func aligned(_ word: UInt64, count: Int) -> UInt64 {
        (word ^ 0x3030_3030_3030_3030) &<< (UInt64(truncatingIfNeeded: 8 &- count) &* 8)
    }

    @inlinable
    @inline(__always)
    static func sum(_ digits: UInt64) -> UInt64 {
        let pairs = (digits &* 2561) &>> 8 & 0x00ff_00ff_00ff_00ff
        let fours = (pairs &* 6_553_601) &>> 16 & 0x0000_ffff_0000_ffff
        return (fours &* 42_949_672_960_001) &>> 32
    }

    /// The number that `count` bytes at `start` spell with an optional sign; `nil` if they are not digits, or more than 8
    /// of them. 9 bytes have to be readable.
    @inlinable
    @inline(__always)
    package static func small(_ start: UnsafeRawPointer, count: Int) -> Int64? {
        let first = start.load(as: UInt8.self)
        // Without a branch: whether a number is negative cannot be foreseen.
        let isNegative = first == UInt8(ascii: "-")
        let sign = isNegative ? 1 : 0
        let digits = count &- sign
        guard digits &- 1 >= 0, digits <= 8 else { return nil }
        let word = UInt64(littleEndian: (start + sign).loadUnaligned(as: UInt64.self))
        guard let value = value(word, count: digits) else { return nil }
        let magnitude = Int64(truncatingIfNeeded: value)
        let flip: Int64 = isNegative ? -1 : 0
        return (magnitude ^ flip) &- flip
    }

    /// The number of digits at the beginning of eight bytes of text, of which the first is the lowest.
    @inlinable
    @inline(__always)
    package static func count(_ word: UInt64) -> Int {
        // A byte that is no digit has its highest bit set: those above 9 by the sum, where no carry leaves a byte whose
        // highest bit was clear, and others because it was set. A carry only comes from such a byte, and goes upwards.
        let digits = word ^ 0x3030_3030_3030_3030
        let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
        return others == 0 ? 8 : others.trailingZeroBitCount &>> 3
    }

    /// Ten to the power of 0 to 8.
    @inlinable
    @inline(__always)
    package static func smallPower(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }

    /// Ten to the power of 0 to 18.
    @inlinable
    @inline(__always)
    package static func power(_ exponent: Int) -> Double {
        // One division by an exact number: 10^18 fits 60 bits, of which 18 are zeros.
        var (power, rest) = (1.0, exponent)
        while rest > 0 {
            power *= 10
            rest &-= 1
        }
        return power
    }
}
