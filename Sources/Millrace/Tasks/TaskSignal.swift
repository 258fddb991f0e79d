import Synchronization

/// What a task waits on when it can do nothing: anyone may wake it, and so may a deadline. A wake-up that comes while
/// the task is busy is kept for its next wait; any number of them count as one.
final class TaskSignal: Sendable {
    private struct State {
        var isSet = false
        var deadline: Duration?
        var waiter: UnsafeContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the task, now or at its next wait.
    func wake() {
        let waiter = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isSet = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Whether the task waits.
    var isWaiting: Bool { state.withLock { $0.waiter != nil } }

    /// Returns when woken, or when `tick` finds the deadline passed.
    func wait(until deadline: Duration? = nil) async {
        await withUnsafeContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isSet {
                    state.isSet = false
                    return true
                }
                state.waiter = continuation
                state.deadline = deadline
                return false
            }
            if goesOn { continuation.resume() }
        }
    }

    /// Wakes the task if it waits for a time that has come; returns the time that it waits for otherwise.
    func tick(_ now: Duration) -> Duration? {
        let (waiter, next) = state.withLock { state -> (UnsafeContinuation<Void, Never>?, Duration?) in
            guard state.waiter != nil, let deadline = state.deadline else { return (nil, nil) }
            guard deadline <= now else { return (nil, deadline) }
            defer { state.waiter = nil }
            return (state.waiter, nil)
        }
        waiter?.resume()
        return next
    }
}

/// Wakes tasks whose deadlines have come: one for all tasks of a run, so that a deadline costs no timer of its own.
struct Ticker: Sendable {
    /// Deadlines are met to within this.
    static let resolution = Duration.milliseconds(10)

    let clock: any PipelineClock
    let signals: [TaskSignal]

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            let now = clock.now
            var next = now + Self.resolution
            for signal in signals {
                if let deadline = signal.tick(now) { next = min(next, deadline) }
            }
            do { try await clock.sleep(until: next) } catch { return }
        }
    }
}
