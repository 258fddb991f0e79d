import Dispatch
import Millrace
import Synchronization

/// Polls a followed directory for new files.
final class DirectoryWatch: Sendable {
    /// The time between two polls.
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

    /// Starts polling `partitions`, and calls `changed` when it returns a partition that the previous poll did not.
    func start(_ partitions: @escaping @Sendable () throws -> [PartitionID], _ changed: @escaping @Sendable () -> Void)
    {
        stop()
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
        timer.setEventHandler { [weak self] in
            // If the directory cannot be listed now, the readers of its files report it.
            guard let self, let found = try? partitions(), self.note(found) else { return }
            changed()
        }
        let started = Timer(source: timer)
        state.withLock { $0.timer = started }
        timer.resume()
    }

    /// Stores the partitions that exist now, and returns whether one of them is new.
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
