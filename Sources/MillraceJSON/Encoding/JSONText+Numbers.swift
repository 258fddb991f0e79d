extension JSONText {
    /// Appends an integer.
    @inline(__always)
    mutating func append<T: FixedWidthInteger>(integer: T) {
        if T.bitWidth > 64 { return append(integer.description) }
        append(magnitude: UInt64(truncatingIfNeeded: integer.magnitude), isNegative: integer < 0)
    }

    /// Writes the digits backwards, two at a time, into the free space after the text, and then moves them to its end.
    /// This is faster than counting them first.
    @inline(__always)
    private mutating func append(magnitude: UInt64, isNegative: Bool) {
        // The longest, -9223372036854775808 or 18446744073709551615, takes 20 bytes; 24 are moved.
        let output = reserve(80)
        let end = output + 48
        var digit = end
        var rest = magnitude
        while rest >= 10 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            digit -= 2
            digit[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: pair / 10)
            digit[1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: pair % 10)
            rest = quotient
        }
        if rest > 0 || magnitude == 0 {
            digit -= 1
            digit[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest)
        }
        if isNegative {
            digit -= 1
            digit[0] = UInt8(ascii: "-")
        }
        let moved = UnsafeRawPointer(digit).loadUnaligned(as: (UInt64, UInt64, UInt64).self)
        UnsafeMutableRawPointer(output).storeBytes(of: moved, as: (UInt64, UInt64, UInt64).self)
        advance(end - digit)
    }

    /// Appends a finite number with the fewest digits that decode to the same value, without `.0` if it is integral.
    mutating func append<T: BinaryFloatingPoint & CustomStringConvertible>(number: T) {
        var text = number.description
        if text.utf8.last == UInt8(ascii: "0"), text.hasSuffix(".0") { text.removeLast(2) }
        append(text)
    }
}
