import Synchronization

/// A signal that a task waits on when it has nothing to do, with an optional deadline. A wake-up while the task is busy
/// is kept for its next wait; several of them count as one.
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

    /// Whether the task is waiting.
    var isWaiting: Bool { state.withLock { $0.waiter != nil } }

    /// Returns when the task is woken, or when `tick` finds that the deadline has passed.
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

    /// Wakes the task if its deadline has passed; returns the deadline otherwise.
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

/// Wakes tasks whose deadlines have passed. There is one for all tasks of a run, so that a deadline needs no timer of
/// its own.
struct Ticker: Sendable {
    /// The accuracy of deadlines.
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
