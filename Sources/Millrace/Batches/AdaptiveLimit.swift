/// How many calls to allow at once, from how long they take and whether they fail. Pure.
///
/// The limit grows by a share of its square root while it is used up and answers take about as long as the quickest did;
/// it shrinks with the ratio of the two when answers get slower (the gradient of the concurrency-limits library by Netflix,
/// after TCP Vegas, Brakmo and Peterson 1994), and by a fifth when a call fails, at most once for as many answers as were
/// under way (after the additive increase and multiplicative decrease of TCP, Jacobson 1988). What the quickest took is
/// learned anew from time to time, as it may have been a chance.
struct AdaptiveLimit: Sendable {
    let bounds: ClosedRange<Int>
    private var limit: Double
    /// Seconds that the quickest answer took, of late.
    private var quickest: Double?
    private var nextQuickest: Double?
    private var smoothed: Double?
    private var answers = 0
    private var answersSinceDecrease = 0

    /// Answers may take this much longer than the quickest before they count as delayed.
    private static let tolerance = 1.5
    /// After so many answers the quickest is learned anew.
    private static let memory = 500

    init(_ bounds: ClosedRange<Int>) {
        self.bounds = bounds
        limit = Double(bounds.lowerBound)
    }

    /// Calls that may be under way now.
    var allowed: Int { Int(limit) }

    /// Notes an answer: how long it took, and how many calls were under way with it.
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
