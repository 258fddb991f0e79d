/// The clock that a run reads: real in production, set by hand in tests.
///
/// `now` is monotonic, for intervals and deadlines; `wallTime` is processing time as the records see it.
public protocol PipelineClock: Sendable {
    /// Time since some fixed instant; never goes back.
    var now: Duration { get }
    /// Processing time.
    var wallTime: Timestamp { get }
    /// Returns at `deadline` (on `now`'s scale), or throws `CancellationError`.
    func sleep(until deadline: Duration) async throws
}
