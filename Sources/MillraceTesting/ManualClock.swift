public import Millrace
import Synchronization

/// A clock that advances only when told to.
///
/// ```swift
/// let clock = ManualClock(wallTime: Timestamp(milliseconds: 1_357_000_000_000))
/// let reader = try manySales.open(PartitionID("0"), at: nil, context: SourceContext(clock: clock))
/// clock.advance(to: .seconds(10))
/// print(clock.now, clock.wallTime)      // 10.0 seconds 2013-01-01T00:26:50Z
/// ```
public final class ManualClock: PipelineClock {
    private struct Sleeper {
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())
    private let start: Timestamp

    /// Creates a clock at zero.
    ///
    /// - Parameter start: the wall time when the clock is at zero. Default: 1970-01-01 00:00 UTC.
    public init(wallTime start: Timestamp = Timestamp(milliseconds: 0)) { self.start = start }

    public var now: Duration { state.withLock { $0.now } }

    public var wallTime: Timestamp { start.advanced(by: now) }

    /// The earliest deadline of the current calls of `sleep(until:)`; `nil` if there are none.
    public var nextDeadline: Duration? { state.withLock { $0.sleepers.values.map(\.deadline).min() } }

    /// Advances the clock, and resumes the calls of `sleep(until:)` whose deadlines have come. It never goes back.
    ///
    /// - Parameter time: the time to advance to.
    public func advance(to time: Duration) {
        let due = state.withLock { state -> [Sleeper] in
            state.now = max(state.now, time)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value)
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    public func sleep(until deadline: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                if let sleeper = state.sleepers.removeValue(forKey: id) { return sleeper }
                state.cancelled.insert(id)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
