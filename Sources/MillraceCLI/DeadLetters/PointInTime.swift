import ArgumentParser
import Millrace

/// Parses a time on the command line: ISO 8601, or a duration before now, such as `30m`.
enum PointInTime {
    private static let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    static func parse(_ text: String) throws -> Timestamp { try parse(text, now: SystemClock().wallTime) }

    static func parse(_ text: String, now: Timestamp) throws -> Timestamp {
        if let time = Timestamp(iso8601: text) { return time }
        if let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0 {
            let (span, isTooLong) = number.multipliedReportingOverflow(by: unit)
            if !isTooLong { return Timestamp(milliseconds: max(0, now.milliseconds - span)) }
        }
        throw ValidationError(
            "'\(text)' is not a time: expected 2026-03-01T12:00:00Z, 2026-03-01, or how long ago: 90s, 30m, 2h, 7d")
    }
}
