extension Timestamp {
    /// Creates a timestamp from ISO 8601 text: `2013-01-01T05:15:00Z`, `2013-01-01 05:15:00.250+01:00`, `2013-01-01`.
    ///
    /// Date and time are separated by `T` or a space. Seconds and their fraction are optional. Digits of the fraction
    /// beyond milliseconds are cut off. Text without a time zone is read as UTC.
    ///
    /// The result is `nil` if the text is not in this format.
    public init?(iso8601 text: some StringProtocol) {
        var text = String(text)
        guard let time = text.withUTF8({ Timestamp(iso8601: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = time
    }

    @usableFromInline
    package init?(iso8601 bytes: UnsafeRawBufferPointer) {
        var scanner = DigitScanner(bytes)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2)
        else { return nil }
        var (hour, minute, second, millisecond, zone) = (0, 0, 0, 0, 0)
        if !scanner.isAtEnd {
            guard scanner.skip("T") || scanner.skip(" ") || scanner.skip("t"), let hours = scanner.digits(2),
                scanner.skip(":"), let minutes = scanner.digits(2)
            else { return nil }
            (hour, minute) = (hours, minutes)
            if scanner.skip(":") {
                guard let seconds = scanner.digits(2) else { return nil }
                second = seconds
                if scanner.skip(".") || scanner.skip(",") {
                    guard let fraction = scanner.thousandths() else { return nil }
                    millisecond = fraction
                }
            }
            guard let minutesEast = scanner.zone(), scanner.isAtEnd else { return nil }
            zone = minutesEast
        }
        guard
            let local = Timestamp(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                millisecond: millisecond)
        else { return nil }
        self.init(milliseconds: local.milliseconds - Int64(zone) * 60_000)
    }
}

/// Scans numbers with a fixed number of digits from the start of a buffer.
private struct DigitScanner {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        guard bytes.count - index >= count else { return nil }
        var value = 0
        for place in index..<(index + count) {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        index += count
        return value
    }

    /// Scans one or more digits of a fraction; only the first three count.
    mutating func thousandths() -> Int? {
        guard let first = digits(1) else { return nil }
        var (value, scale) = (first * 100, 10)
        while let digit = digits(1) {
            value += digit * scale
            scale /= 10
        }
        return value
    }

    /// Scans a time zone and returns it in minutes east of UTC: `Z`, nothing, `+01:00`, `+0100` or `+01`.
    mutating func zone() -> Int? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), hours < 24 else { return nil }
        if isAtEnd { return sign * hours * 60 }
        _ = skip(":")
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
