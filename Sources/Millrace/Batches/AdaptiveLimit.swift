/// An adaptive limit on concurrent calls, based on their latency and failures. Pure.
///
/// The limit grows by a fraction (its square root divided by itself) per answer while it is used up and the latency is
/// close to the shortest one. When the latency grows, the limit shrinks with the ratio of the two (the gradient of the
/// concurrency-limits library by Netflix, after TCP Vegas, Brakmo and Peterson 1994). When a call fails, it shrinks by
/// a fifth, at most once per as many answers as were in flight (after the additive increase and multiplicative decrease
/// of TCP, Jacobson 1988). The shortest latency is measured anew from time to time, as it may have been an outlier.
struct AdaptiveLimit: Sendable {
    let bounds: ClosedRange<Int>
    private var limit: Double
    /// The shortest recent latency, in seconds.
    private var quickest: Double?
    private var nextQuickest: Double?
    private var smoothed: Double?
    private var answers = 0
    private var answersSinceDecrease = 0

    /// How many times the shortest latency an answer may take before it counts as delayed.
    private static let tolerance = 1.5
    /// The shortest latency is measured anew after this many answers.
    private static let memory = 500

    init(_ bounds: ClosedRange<Int>) {
        self.bounds = bounds
        limit = Double(bounds.lowerBound)
    }

    /// The number of calls that may be in flight.
    var allowed: Int { Int(limit) }

    /// Notes an answer: how long it took, and how many calls were in flight with it.
    mutating func note(_ duration: Duration, failed: Bool, underWay: Int) {
        answersSinceDecrease += 1
        if failed {
            if answersSinceDecrease >= allowed { decrease(to: limit * 0.8) }
            return
        }
        let seconds = max(duration.inSeconds, 1e-6)
        answers += 1
        nextQuickest = min(nextQuickest ?? seconds, seconds)
        if answers % Self.memory == 0 {
            quickest = nextQuickest
            nextQuickest = nil
        } else {
            quickest = min(quickest ?? seconds, seconds)
        }
        let smoothed = self.smoothed.map { $0 * 0.8 + seconds * 0.2 } ?? seconds
        self.smoothed = smoothed
        let gradient = min(max((quickest ?? seconds) * Self.tolerance / smoothed, 0.5), 1)
        if gradient < 1 {
            if answersSinceDecrease >= allowed { decrease(to: gradient * limit) }
        } else if underWay >= allowed {
            limit = min(limit + limit.squareRoot() / limit, Double(bounds.upperBound))
        }
    }

    private mutating func decrease(to value: Double) {
        limit = max(value, Double(bounds.lowerBound))
        answersSinceDecrease = 0
    }
}
