extension JSONText {
    /// Appends a whole number.
    @inline(__always)
    mutating func append<T: FixedWidthInteger>(integer: T) {
        if T.bitWidth > 64 { return append(integer.description) }
        var rest = UInt64(truncatingIfNeeded: integer.magnitude)
        // The longest, 18446744073709551615, has 20 digits; and the sign.
        var output = reserve(21)
        if integer < 0 {
            output.pointee = UInt8(ascii: "-")
            output += 1
            advance(1)
        }
        var digits = 1
        var bound: UInt64 = 10
        while rest >= bound {
            digits += 1
            if digits == 20 { break }
            bound &*= 10
        }
        var place = digits
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place &-= 1
            output[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        advance(digits)
    }

    /// Appends a finite number, in the fewest digits that give it back. A whole one has no decimal point.
    mutating func append<T: BinaryFloatingPoint & CustomStringConvertible>(number: T) {
        var text = number.description
        if text.utf8.last == UInt8(ascii: "0"), text.hasSuffix(".0") { text.removeLast(2) }
        append(text)
    }
}
