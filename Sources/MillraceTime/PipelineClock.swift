/// The clock of a pipeline run: the system clock in production, a clock that is set by hand in tests.
///
/// `now` is monotonic and is used for intervals and deadlines. `wallTime` is processing time.
///
/// ```swift
/// struct ShiftedClock: PipelineClock {                       // a day ahead
///     let system = SystemClock()
///     var now: Duration { system.now }
///     var wallTime: Timestamp { system.wallTime.advanced(by: .days(1)) }
///     func sleep(until deadline: Duration) async throws { try await system.sleep(until: deadline) }
/// }
/// options.clock = ShiftedClock()
/// ```
public protocol PipelineClock: Sendable {
    /// The time elapsed since a fixed, unspecified instant. It never goes back.
    var now: Duration { get }
    /// The current processing time.
    var wallTime: Timestamp { get }
    /// Suspends until `now` reaches `deadline`.
    ///
    /// - Parameter deadline: the time to wake up at, on the scale of `now`.
    /// - Throws: `CancellationError` if the task is cancelled.
    func sleep(until deadline: Duration) async throws
}
