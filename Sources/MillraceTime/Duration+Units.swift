extension Duration {
    /// Returns a duration of `count` minutes.
    @inlinable
    public static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }

    /// Returns a duration of `count` hours.
    @inlinable
    public static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

    /// Returns a duration of `count` days of 24 hours each.
    @inlinable
    public static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }

    /// The duration in whole milliseconds, rounded towards zero and clamped to the range of `Int64`.
    @inlinable
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        if overflow || carry { return seconds < 0 ? .min : .max }
        return sum
    }

    /// The duration in seconds, as a floating-point number for display and rates.
    @inlinable
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
