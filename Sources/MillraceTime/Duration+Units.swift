extension Duration {
    /// Returns a duration of `count` minutes.
    ///
    /// ```swift
    /// readings.keyed(by: \.sensor).window(.tumbling(of: .minutes(5))).aggregate(Count())
    /// ```
    @inlinable
    public static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }

    /// Returns a duration of `count` hours.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin).window(.sliding(of: .hours(1), every: .minutes(15))).aggregate(Count())
    /// ```
    @inlinable
    public static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

    /// Returns a duration of `count` days of 24 hours each.
    ///
    /// ```swift
    /// let seen = states.value("seen", of: Bool.self, timeToLive: TimeToLive(.days(30)))
    /// ```
    @inlinable
    public static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }

    /// The duration in whole milliseconds, rounded towards zero and clamped to the range of `Int64`.
    ///
    /// ```swift
    /// let timeout = Duration.seconds(1.5).wholeMilliseconds      // 1500
    /// ```
    @inlinable
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        if overflow || carry { return seconds < 0 ? .min : .max }
        return sum
    }

    /// The duration in seconds, as a floating-point number for display and rates.
    ///
    /// ```swift
    /// let status = try await pipeline.run(options)
    /// print("\(Double(status.records) / status.elapsed.inSeconds) records/s")
    /// ```
    @inlinable
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
