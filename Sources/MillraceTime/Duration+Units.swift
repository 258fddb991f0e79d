extension Duration {
    /// A number of minutes.
    @inlinable
    public static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }

    /// A number of hours.
    @inlinable
    public static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

    /// A number of days of 24 hours.
    @inlinable
    public static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }

    /// Whole milliseconds, rounded towards zero and held at the ends of `Int64`.
    @inlinable
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        return scaled &+ attoseconds / 1_000_000_000_000_000
    }

    /// Seconds as a floating-point number, for display and rates.
    @inlinable
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
