import Synchronization

/// The calls of one operator in one task that timed out and have not ended. Each counts towards the operator's
/// concurrency.
final class LostCalls: Sendable {
    private struct Counts {
        var lost = 0
        var overdue = 0
    }

    private let counts = Mutex(Counts())
    private let signal: TaskSignal

    /// - Parameter signal: wakes the task of the calls.
    init(_ signal: TaskSignal) { self.signal = signal }

    /// The number of these calls.
    var count: Int { counts.withLock { $0.lost } }

    /// Throws if all of `places` are taken by calls that have gone on for another timeout after their timeout.
    func check(places: Int, timeout: Duration?) throws {
        let overdue = counts.withLock { $0.overdue }
        guard overdue > 0, overdue >= places else { return }
        throw LostCallsError(count: overdue, timeout: timeout ?? .zero)
    }

    fileprivate func change(lost: Int = 0, overdue: Int = 0) {
        counts.withLock { counts in
            counts.lost += lost
            counts.overdue += overdue
        }
        signal.wake()
    }
}

/// Runs an external call with a timeout, and returns its result at the timeout even if the call does not end.
struct TimedCall: Sendable {
    let timeout: Duration?
    let clock: any PipelineClock
    let lost: LostCalls

    private enum Progress { case underWay, answered, lost, overdue }

    /// Runs `call`, and passes its result to `answer` once, at the timeout at the latest. Returns when the call does.
    func run<Output: Sendable>(
        _ call: @escaping @Sendable () async throws -> Output,
        answer: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) async {
        guard let timeout else { return answer(await Self.result(of: call)) }
        let progress = ProgressBox()
        let (clock, lost) = (clock, lost)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let result = await Self.result(of: call)
                switch progress.finish() {
                case .underWay: answer(result)
                case .answered: break
                case .lost: lost.change(lost: -1)
                case .overdue: lost.change(lost: -1, overdue: -1)
                }
            }
            group.addTask {
                do { try await clock.sleep(until: clock.now + timeout) } catch { return }
                guard progress.move(from: .underWay, to: .lost) else { return }
                lost.change(lost: 1)
                answer(.failure(CallTimeout(timeout: timeout)))
            }
            await group.next()
            group.cancelAll()
            guard progress.current == .lost else { return }
            do { try await clock.sleep(until: clock.now + timeout) } catch { return }
            if progress.move(from: .lost, to: .overdue) { lost.change(overdue: 1) }
        }
    }

    private static func result<Output: Sendable>(
        of call: @Sendable () async throws -> Output
    ) async -> Result<Output, any Error> {
        do { return .success(try await call()) } catch { return .failure(error) }
    }

    /// The progress of one call.
    private final class ProgressBox: Sendable {
        private let state = Mutex(Progress.underWay)

        var current: Progress { state.withLock { $0 } }

        func move(from old: Progress, to new: Progress) -> Bool {
            state.withLock { state in
                guard state == old else { return false }
                state = new
                return true
            }
        }

        /// Notes that the call has returned, and returns its previous progress.
        func finish() -> Progress {
            state.withLock { state in
                defer { state = .answered }
                return state
            }
        }
    }
}
