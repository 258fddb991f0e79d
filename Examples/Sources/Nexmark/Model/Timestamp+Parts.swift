import Millrace

extension Timestamp {
    /// `2025-01-31`, in UTC.
    var day: String { String(description.prefix { $0 != "T" }) }

    /// `23:59`, in UTC.
    var minute: String {
        let minutes = minuteOfDay
        return Timestamp.twoDigits(minutes / 60) + ":" + Timestamp.twoDigits(minutes % 60)
    }

    /// 0 to 23, in UTC.
    var hour: Int { minuteOfDay / 60 }

    /// Since midnight in UTC.
    var minuteOfDay: Int {
        let rest = milliseconds % 86_400_000
        return Int((rest < 0 ? rest + 86_400_000 : rest) / 60_000)
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
