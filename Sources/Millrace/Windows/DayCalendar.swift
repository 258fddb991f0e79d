import Foundation

/// The starts and ends of days in a time zone.
@usableFromInline
struct DayCalendar: Sendable {
    private let calendar: Calendar

    @usableFromInline
    init(_ zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// The years 1 to 10889, for which the calendar is used. Outside of them, days are those of UTC.
    private static let first: Int64 = -62_135_596_800_000
    private static let reach: Int64 = 1 << 48
    private static let day: Int64 = 86_400_000

    /// Returns the end of the day that contains a time, in milliseconds since 1970.
    @usableFromInline
    func end(of time: Int64) -> Int64 {
        guard time >= Self.first, time < Self.reach else {
            let end = Int64(clamping: Self.plainStart(of: time) + Int128(Self.day))
            return time < 0 ? min(end, Self.first) : end
        }
        let date = Date(timeIntervalSince1970: Double(time) / 1000)
        guard let next = calendar.date(byAdding: .day, value: 1, to: calendar.startOfDay(for: date)) else {
            return Self.reach
        }
        // Where a day begins later than midnight, one day after its start may not be in the next day yet.
        return min(Self.milliseconds(calendar.startOfDay(for: next)), Self.reach)
    }

    /// Returns the start of the day with the given end.
    @usableFromInline
    func start(endingAt end: Int64) -> Int64 {
        guard end > Self.first, end <= Self.reach else {
            let start = Int64(clamping: Self.plainStart(of: end == .min ? end : end - 1))
            return end > 0 ? max(start, Self.reach) : start
        }
        let start = Self.milliseconds(calendar.startOfDay(for: Date(timeIntervalSince1970: Double(end - 1) / 1000)))
        return max(start, Self.first)
    }

    private static func plainStart(of time: Int64) -> Int128 {
        let rest = time % day
        return Int128(time) - Int128(rest < 0 ? rest + day : rest)
    }

    private static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
}
