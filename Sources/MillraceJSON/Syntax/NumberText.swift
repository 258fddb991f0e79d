/// Parses numbers from their JSON text, where a double or 64 bits are not exact enough. The text has to be a valid JSON
/// number.
enum NumberText {
    /// Returns whether a byte can be part of a number.
    static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Returns the number; `nil` if it overflows, or underflows to zero.
    static func double(_ text: String) -> Double? {
        guard let value = Double(text), value.isFinite, value != 0 || isZero(text) else { return nil }
        return value
    }

    /// Returns the number; `nil` if it overflows, or underflows to zero.
    static func float(_ text: String) -> Float? {
        guard let value = Float(text), value.isFinite, value != 0 || isZero(text) else { return nil }
        return value
    }

    /// Returns an integer in any notation (`1.0`, `1e3`); `nil` if it is not an integer or out of range.
    ///
    /// As in Foundation, a number is an integer if it is integral as a double, but all its digits are used, so that
    /// 2⁵³ + 1.0 is read exactly.
    static func integer<T: FixedWidthInteger>(_ text: String, as type: T.Type) -> T? {
        if let value = T(text) { return value }
        guard let double = Double(text), double.isFinite, let value = T(exactly: double) else { return nil }
        return double.magnitude < 0x1p53 ? value : digits(text, as: type)
    }

    /// Returns the digits before the decimal point after applying the exponent.
    private static func digits<T: FixedWidthInteger>(_ text: String, as type: T.Type) -> T? {
        let parts = text.split(maxSplits: 1) { $0 == "e" || $0 == "E" }
        guard let mantissa = parts.first else { return nil }
        let halves = mantissa.split(separator: ".", maxSplits: 1)
        guard let whole = halves.first else { return nil }
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let isNegative = whole.first == "-"
        let wholeDigits = isNegative ? whole.dropFirst() : whole
        let all = wholeDigits + (halves.count > 1 ? halves[1] : "")
        let count = wholeDigits.count + exponent
        guard count > 0, count <= 400 else { return nil }
        let padded = all.prefix(count) + String(repeating: "0", count: max(0, count - all.count))
        return T((isNegative ? "-" : "") + padded)
    }

    private static func isZero(_ text: String) -> Bool {
        text.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.allSatisfy { !(0x31...0x39).contains($0) }
    }
}
