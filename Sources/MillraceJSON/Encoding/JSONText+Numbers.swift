extension JSONText {
    /// Appends an integer.
    @inlinable
    @inline(__always)
    mutating func append<T: FixedWidthInteger>(integer: T) {
        if T.bitWidth > 64 { return appendPlain(integer.description) }
        append(magnitude: UInt64(truncatingIfNeeded: integer.magnitude), isNegative: integer < 0)
    }

    @usableFromInline
    mutating func appendPlain(_ text: String) { append(text) }

    /// Writes the digits backwards, two at a time, into the free space after the text, and then moves them to its end.
    /// This is faster than counting them first.
    @inlinable
    @inline(__always)
    mutating func append(magnitude: UInt64, isNegative: Bool) {
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

    /// Appends a finite number as `append(number:)` does.
    ///
    /// Numbers with at most four decimal places and 15 digits take a shorter way: there is one decimal number of up to 15
    /// digits for each `Double`, so what is found is what the longer way finds.
    @inlinable
    mutating func append(double: Double) {
        if double.bitPattern == 0 { return append(UInt8(ascii: "0")) }
        let scaled = (double * 10_000).rounded()
        guard scaled.magnitude < 1e15, scaled / 10_000 == double, scaled.magnitude >= 100 else {
            return appendUnusual(double)
        }
        var fraction = UInt64(scaled.magnitude)
        let integer = fraction / 10_000
        fraction -= integer * 10_000
        append(magnitude: integer, isNegative: double < 0)
        if fraction > 0 { append(tenThousandths: fraction) }
    }

    @usableFromInline
    @inline(never)
    mutating func appendUnusual(_ double: Double) { append(number: double) }

    /// Appends a fraction of 1 to 9,999 ten-thousandths, without zeros at its end.
    @usableFromInline
    mutating func append(tenThousandths fraction: UInt64) {
        let output = reserve(5)
        output[0] = UInt8(ascii: ".")
        var (rest, length) = (fraction, 5)
        for place in stride(from: 4, to: 0, by: -1) {
            output[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        while output[length - 1] == UInt8(ascii: "0") { length -= 1 }
        advance(length)
    }
}
