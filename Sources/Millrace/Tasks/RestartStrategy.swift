/// Whether a failed pipeline starts again from its last checkpoint, and when.
///
/// Applies to failures while the pipeline runs, and to transient ones (`TransientFailure`) while it starts. What a restart
/// cannot mend (a missing right, a topic that does not exist, a state folder that does not fit) ends the run at once.
///
/// A checkpoint that cannot be stored does not throw away what has been done since the last: storing it is tried again, as
/// often and after the same pauses as the strategy says of restarts, and then the run ends.
public enum RestartStrategy: Sendable, Hashable {
    /// The default. A system outside that is away, or a disk that is full, below the state folder or an output folder
    /// (`TransientFailure`), is waited for without end: after half a second, then twice that, and so on up to 30 s, with
    /// a log line each. Other failures: up to 3 in a row, a second apart.
    case automatic
    /// It does not: the failure is final.
    case never
    /// Up to `attempts` times in a row, `delay` after each failure. A stored checkpoint ends the row.
    case fixedDelay(attempts: Int, delay: Duration)
    /// Up to `attempts` times in a row, after `initial`, then twice that, and so on up to `maximum`.
    case exponential(attempts: Int, initial: Duration, maximum: Duration)
    /// As long as there are no more than `failures` within `interval`; `delay` after each.
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
    /// Transient ones in a row, which `automatic` counts for themselves.
    private var transientInARow = 0
    private var times: [Duration] = []

    /// What `automatic` does.
    private static let outage = RestartStrategy.exponential(
        attempts: .max, initial: .milliseconds(500), maximum: .seconds(30))
    private static let fault = RestartStrategy.fixedDelay(attempts: 3, delay: .seconds(1))

    init(_ strategy: RestartStrategy) { self.strategy = strategy }

    /// A checkpoint was stored since the last failure: the pipeline gets on.
    mutating func noteProgress() {
        inARow = 0
        transientInARow = 0
    }

    /// The delay after a failure at `now`, or `nil` to give up.
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
