/// Whether and when a failed pipeline is restarted from its last checkpoint.
///
/// The strategy applies to failures while the pipeline runs, and to transient failures (`TransientFailure`) while it
/// starts. A failure that a restart cannot correct, such as missing permissions, a topic that does not exist or a state
/// folder that does not match, ends the run at once.
///
/// A checkpoint that cannot be stored does not cause a restart, because that would discard the work since the last one.
/// Storing it is retried, as often and after the same pauses as the strategy allows restarts; then the run ends.
///
/// Restart: state, positions and output are restored to the last checkpoint, as ``RunOptions/delivery`` guarantees.
///
/// ```swift
/// let restart = RestartStrategy.exponential(attempts: 10, initial: .seconds(1), maximum: .minutes(1))
/// try await pipeline.run(RunOptions(checkpoints: .init(directory: "state"), restart: restart))
/// ```
public enum RestartStrategy: Sendable, Hashable {
    /// The default. After a transient failure, such as a broker or database that cannot be reached, or a full disk, the
    /// run is restarted indefinitely, after 500 ms, then after twice that, and so on up to 30 s, with a log message
    /// each. After other failures it is restarted up to three times in a row, after 1 s each.
    case automatic
    /// No restarts: the first failure ends the run.
    case never
    /// Up to `attempts` restarts in a row, each after `delay`. A stored checkpoint ends the row, unless the next
    /// failure has the same operator and position as the last.
    case fixedDelay(attempts: Int, delay: Duration)
    /// Up to `attempts` restarts in a row, the first after `initial`, and each following one after twice the previous
    /// delay, up to `maximum`.
    case exponential(attempts: Int, initial: Duration, maximum: Duration)
    /// Restarts as long as there are no more than `failures` failures within `interval`, each after `delay`.
    case failureRate(failures: Int, interval: Duration, delay: Duration)
}

extension RestartStrategy {
    var problems: [GraphProblem] {
        let (attempts, times): (Int, [Duration]) =
            switch self {
            case .automatic, .never: (0, [])
            case .fixedDelay(let attempts, let delay): (attempts, [delay])
            case .exponential(let attempts, let initial, let maximum): (attempts, [initial, maximum])
            case .failureRate(let failures, let interval, let delay): (failures, [interval, delay])
            }
        return GraphProblem.unmet(
            (attempts >= 0, "A failed run is to start again \(attempts) times", "Give zero or more; .never is none"),
            (
                times.allSatisfy { $0 >= .zero }, "A failed run is to start again after \(times)",
                "Give times of zero or more"
            ))
    }
}

/// Applies a restart strategy. Pure: time comes in as an argument.
struct RestartDecider: Sendable {
    private let strategy: RestartStrategy
    private var inARow = 0
    /// Transient failures in a row, which `automatic` counts separately.
    private var transientInARow = 0
    private var times: [Duration] = []

    /// The two parts of `automatic`: for transient failures, and for others.
    private static let outage = RestartStrategy.exponential(
        attempts: .max, initial: .milliseconds(500), maximum: .seconds(30))
    private static let fault = RestartStrategy.fixedDelay(attempts: 3, delay: .seconds(1))

    init(_ strategy: RestartStrategy) { self.strategy = strategy }

    /// Notes that a checkpoint was stored since the last failure.
    mutating func noteProgress() {
        inARow = 0
        transientInARow = 0
    }

    /// Returns the delay before the restart after a failure at `now`, or `nil` if there is none.
    mutating func delay(afterFailureAt now: Duration, isTransient: Bool) -> Duration? {
        guard case .automatic = strategy else {
            inARow += 1
            return delay(strategy, inARow, now)
        }
        if isTransient {
            transientInARow += 1
            return delay(Self.outage, transientInARow, now)
        }
        inARow += 1
        return delay(Self.fault, inARow, now)
    }

    private mutating func delay(_ strategy: RestartStrategy, _ inARow: Int, _ now: Duration) -> Duration? {
        switch strategy {
        case .automatic, .never: return nil
        case .fixedDelay(let attempts, let delay): return inARow <= attempts ? delay : nil
        case .exponential(let attempts, let initial, let maximum):
            guard inARow <= attempts else { return nil }
            var delay = initial
            for _ in 0..<min(inARow - 1, 64) where delay < maximum {
                delay = delay > maximum / 2 ? maximum : delay * 2
            }
            return min(delay, maximum)
        case .failureRate(let failures, let interval, let delay):
            times.append(now)
            times.removeAll { $0 < now - interval }
            return times.count <= failures ? delay : nil
        }
    }
}
