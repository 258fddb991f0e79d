import Dispatch
import Millrace
import Synchronization

/// Looks again and again which files a directory holds while it is being followed.
final class DirectoryWatch: Sendable {
    /// How often.
    static let interval = DispatchTimeInterval.milliseconds(500)

    private struct State {
        var timer: Timer?
        var known: Set<PartitionID> = []
    }

    /// `@unchecked Sendable`: dispatch sources are thread-safe.
    private struct Timer: @unchecked Sendable {
        let source: any DispatchSourceTimer
    }

    private let state = Mutex(State())

    /// Calls `changed` when `partitions` gives one that was not there when it was last asked.
    func start(_ partitions: @escaping @Sendable () throws -> [PartitionID], _ changed: @escaping @Sendable () -> Void)
    {
        stop()
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
        timer.setEventHandler { [weak self] in
            // A directory that cannot be listed now is reported by whoever reads its files.
            guard let self, let found = try? partitions(), self.note(found) else { return }
            changed()
        }
        let started = Timer(source: timer)
        state.withLock { $0.timer = started }
        timer.resume()
    }

    /// Notes what there is; true if something was not there before.
    @discardableResult
    func note(_ partitions: [PartitionID]) -> Bool {
        state.withLock { state in
            let found = Set(partitions)
            defer { state.known = found }
            return !found.isSubset(of: state.known)
        }
    }

    func stop() {
        state.withLock { state in
            state.timer?.source.cancel()
            state.timer = nil
        }
    }
}
