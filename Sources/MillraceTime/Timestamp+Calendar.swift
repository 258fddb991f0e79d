import Foundation

extension Timestamp {
    /// Creates a timestamp from a Foundation date, rounded down to the millisecond and clamped to the range of `Int64`.
    public init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded(.down)
        self.init(milliseconds: Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max))
    }

    /// Creates a timestamp from the components of a UTC date and time.
    ///
    /// Dates follow the proleptic Gregorian calendar (Howard Hinnant's `days_from_civil`). No calendar object is
    /// needed, so that the conversion takes a few nanoseconds.
    ///
    /// The result is `nil` unless each component is in its range and the day exists in that month. Years from -290,000
    /// to 290,000 are accepted.
    public init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
    ) {
        guard (-290_000...290_000).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999).contains(millisecond)
        else { return nil }
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(millisecond))
    }
}

extension Timestamp: CustomStringConvertible {
    /// The time in ISO 8601 format in UTC, with milliseconds unless they are zero: `2013-01-01T05:15:00Z`. `-inf` for
    /// `distantPast` and `+inf` for `distantFuture`.
    public var description: String {
        if self == .distantPast { return "-inf" }
        if self == .distantFuture { return "+inf" }
        if Self.fourDigitYears.contains(milliseconds) {
            return String(unsafeUninitializedCapacity: Self.longestISO8601) { writeISO8601(to: $0) }
        }
        let (date, time) = (date, time)
        let text =
            "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))"
            + "T\(Self.padded(time.hour, 2)):\(Self.padded(time.minute, 2)):\(Self.padded(time.second, 2))"
        return time.millisecond == 0 ? text + "Z" : text + ".\(Self.padded(time.millisecond, 3))Z"
    }

    /// 0000-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z.
    package static var fourDigitYears: ClosedRange<Int64> { -62_167_219_200_000...253_402_300_799_999 }
    /// The length of `2013-01-01T05:15:00.250Z`.
    package static var longestISO8601: Int { 24 }

    /// Writes a time within `fourDigitYears` as its description is. Returns the number of bytes written.
    package func writeISO8601(to output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (date, time) = (date, time)
        var place = 0
        func append(_ value: Int64, _ digits: Int, _ end: UInt8) {
            var rest = value
            for digit in stride(from: place + digits - 1, through: place, by: -1) {
                output[digit] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            output[place + digits] = end
            place += digits + 1
        }
        append(date.year, 4, UInt8(ascii: "-"))
        append(date.month, 2, UInt8(ascii: "-"))
        append(date.day, 2, UInt8(ascii: "T"))
        append(time.hour, 2, UInt8(ascii: ":"))
        append(time.minute, 2, UInt8(ascii: ":"))
        append(time.second, 2, UInt8(ascii: time.millisecond == 0 ? "Z" : "."))
        if time.millisecond != 0 { append(time.millisecond, 3, UInt8(ascii: "Z")) }
        return place
    }

    /// The day in UTC (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private var date: (year: Int64, month: Int64, day: Int64) {
        let shifted = Self.floorDivide(milliseconds, 86_400_000).quotient + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1
        )
    }

    private var time: (hour: Int64, minute: Int64, second: Int64, millisecond: Int64) {
        let rest = Self.floorDivide(milliseconds, 86_400_000).remainder
        return (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }

    /// Returns the quotient rounded towards minus infinity, and the matching remainder, which is never negative.
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
