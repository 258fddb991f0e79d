import MillraceJSON

/// Parses numbers and Booleans from bytes without creating strings in most cases.
enum NumberText {
    /// Parses an integer: digits with an optional sign; `nil` if it is not an integer or out of range.
    static func integer<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, as type: T.Type) -> T? {
        guard let first = bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var index = isNegative || first == UInt8(ascii: "+") ? 1 : 0
        guard index < bytes.count else { return nil }
        var magnitude: UInt64 = 0
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // 19 digits always fit into `UInt64`.
            if index < 19 {
                magnitude = magnitude &* 10 &+ UInt64(digit)
            } else {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
                if overflow || carry { return nil }
                magnitude = sum
            }
            index &+= 1
        }
        if !isNegative { return T(exactly: magnitude) }
        guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return T(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
    }

    /// Parses a decimal number with optional fraction and exponent, or `nan`, `inf`, `infinity`.
    static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
        if let (mantissa, scale, isNegative) = shortDecimal(bytes) {
            // Both operands are exact, so the quotient is the nearest `Double` (Clinger 1990).
            let value = Double(mantissa) / powersOfTen[scale]
            return isNegative ? -value : value
        }
        return slowPath(bytes)
    }

    /// Parses the same texts as `double`.
    static func float(_ bytes: UnsafeRawBufferPointer) -> Float? { slowPath(bytes) }

    /// Parses `true` and `false` (without regard to case), `1` and `0`.
    static func bool(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// Parses a number of up to 15 digits, without an exponent, as an integer and the power of ten to divide it by.
    private static func shortDecimal(
        _ bytes: UnsafeRawBufferPointer
    ) -> (mantissa: UInt64, scale: Int, isNegative: Bool)? {
        guard let first = bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let start = isNegative || first == UInt8(ascii: "+") ? 1 : 0
        guard bytes.count - start <= 16 else { return nil }
        var mantissa: UInt64 = 0
        var digits = 0
        var point: Int?
        for index in start..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), point == nil {
                point = index
                continue
            }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            digits &+= 1
        }
        guard digits > 0, digits <= 15 else { return nil }
        return (mantissa, point.map { bytes.count - 1 - $0 } ?? 0, isNegative)
    }

    private static func slowPath<T: LosslessStringConvertible>(_ bytes: UnsafeRawBufferPointer) -> T? {
        // Swift also accepts hexadecimal floating-point numbers, which are not meant in a CSV file.
        if bytes.contains(where: { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") }) { return nil }
        return T(String(decoding: bytes, as: UTF8.self))
    }
}
