import Foundation

/// The days of a time zone, as they begin and end there.
@usableFromInline
struct DayCalendar: Sendable {
    private let calendar: Calendar

    @usableFromInline
    init(_ zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// The end of the day that holds a time, in milliseconds; of times that calendars do not reach, the last instant.
    @usableFromInline
    func end(of time: Int64) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(time) / 1000)
        guard abs(time) < 1 << 46,
            let next = calendar.date(byAdding: .day, value: 1, to: calendar.startOfDay(for: date))
        else { return .max }
        // Where a day begins later than at midnight, one day after a start is not yet the next.
        return Self.milliseconds(calendar.startOfDay(for: next))
    }

    /// The beginning of the day that ends there.
    @usableFromInline
    func start(endingAt end: Int64) -> Int64 {
        guard end < .max else { return .min }
        return Self.milliseconds(calendar.startOfDay(for: Date(timeIntervalSince1970: Double(end - 1) / 1000)))
    }

    private static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
}
