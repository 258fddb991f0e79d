/// Whether a failed pipeline starts again from its last checkpoint, and when.
public enum RestartStrategy: Sendable, Hashable {
    /// It does not: the failure is final.
    case never
    /// Up to `attempts` times in a row, `delay` after each failure. A stored checkpoint ends the row.
    case fixedDelay(attempts: Int, delay: Duration)
    /// Up to `attempts` times in a row, after `initial`, then twice that, and so on up to `maximum`.
    case exponential(attempts: Int, initial: Duration, maximum: Duration)
    /// As long as there are no more than `failures` within `interval`; `delay` after each.
    case failureRate(failures: Int, interval: Duration, delay: Duration)
}

/// Applies a restart strategy. Pure: time comes in as an argument.
struct RestartDecider: Sendable {
    private let strategy: RestartStrategy
    private var inARow = 0
    private var times: [Duration] = []

    init(_ strategy: RestartStrategy) { self.strategy = strategy }

    /// A checkpoint was stored since the last failure: the pipeline gets on.
    mutating func noteProgress() { inARow = 0 }

    /// The delay after a failure at `now`, or `nil` to give up.
    mutating func delay(afterFailureAt now: Duration) -> Duration? {
        inARow += 1
        switch strategy {
        case .never: return nil
        case .fixedDelay(let attempts, let delay): return inARow <= attempts ? delay : nil
        case .exponential(let attempts, let initial, let maximum):
            guard inARow <= attempts else { return nil }
            var delay = initial
            for _ in 0..<(inARow - 1) where delay < maximum { delay = delay * 2 }
            return min(delay, maximum)
        case .failureRate(let failures, let interval, let delay):
            times.append(now)
            times.removeAll { $0 < now - interval }
            return times.count <= failures ? delay : nil
        }
    }
}
