/// What has become of the records of one batch, and what is to be done next. Pure: outcomes come in, steps go out.
struct BatchProgress {
    /// What has become of a record.
    enum Fate {
        case open
        case succeeded
        case givenUp(any Error)
    }

    /// What follows an outcome.
    enum Step {
        /// Every record has its fate.
        case over
        /// The records in hand are to be handed over again after a pause.
        case again(after: Duration)
        /// Other records are in hand now, to be handed over at once.
        case next
    }

    private let mode: Acknowledgement
    private let policy: RetryPolicy
    private let endsRun: Bool
    private let mayIsolate: Bool
    private(set) var fates: [Fate]
    /// How often each record was handed over.
    private(set) var attempts: [Int]
    /// The records to hand over, by index, in order.
    private(set) var inHand: [Int]
    /// How often in a row the first of them has been handed over with this count.
    private var attempt = 1
    /// What is handed over after those in hand: the other halves.
    private var parts: [[Int]] = []

    /// - Parameter endsRun: whether giving a record up ends the run: nothing behind it is handed over then.
    init(count: Int, _ mode: Acknowledgement, _ policy: RetryPolicy, endsRun: Bool) {
        self.mode = mode
        self.policy = policy
        self.endsRun = endsRun
        mayIsolate = !endsRun && policy.isolates && mode != .allOrNothing
        fates = Array(repeating: .open, count: count)
        attempts = Array(repeating: 0, count: count)
        inHand = Array(0..<count)
    }

    var isOver: Bool { inHand.isEmpty && parts.isEmpty }

    /// The first record that has no fate yet.
    var firstOpen: Int? { fates.firstIndex { if case .open = $0 { true } else { false } } }

    /// Gives up a record that has not been handed over yet.
    mutating func giveUp(_ index: Int, _ reason: any Error) {
        fates[index] = .givenUp(reason)
        inHand.removeAll { $0 == index }
    }

    /// Notes that the records in hand are handed over; how often the first of them has been, this time included.
    mutating func handOver() -> Int {
        for index in inHand { attempts[index] += 1 }
        return inHand.first.map { attempts[$0] } ?? 0
    }

    /// What follows from what the handler said of the records in hand; `random` from 0 to 1 is for the pause.
    mutating func note(_ result: Result<BatchOutcome, any Error>, random: Double) -> Step {
        switch result {
        case .failure(let error): return wholeFailed(error, random)
        case .success(let outcome):
            var failures: [Int: any Error] = [:]
            for failure in outcome.failures {
                guard inHand.indices.contains(failure.index) else {
                    return wholeFailed(NoSuchRecord(index: failure.index, count: inHand.count), random)
                }
                if failures[failure.index] == nil { failures[failure.index] = failure.reason }
            }
            guard let first = failures.keys.min(), let reason = failures[first] else {
                for index in inHand { fates[index] = .succeeded }
                return nextPart()
            }
            switch mode {
            case .allOrNothing: return someFailed(failures, reason, random)
            case .perRecord: return theseFailed(failures, random)
            case .upToFirstFailure: return failed(from: first, reason, random)
            }
        }
    }

    private var mayTryAgain: Bool { attempt < policy.attempts }

    private mutating func again(_ random: Double) -> Step {
        defer { attempt += 1 }
        return .again(after: policy.pause(after: attempt, random: random))
    }

    /// Nobody knows which record it was.
    private mutating func wholeFailed(_ error: any Error, _ random: Double) -> Step {
        if mayTryAgain, isWorthRetrying(error) { return again(random) }
        if mayIsolate, inHand.count > 1 {
            let half = inHand.count / 2
            parts.insert(Array(inHand[half...]), at: 0)
            inHand = Array(inHand[..<half])
            attempt = policy.attempts
            return .next
        }
        for index in inHand { fates[index] = .givenUp(error) }
        return nextPart()
    }

    /// All or nothing.
    private mutating func someFailed(_ failures: [Int: any Error], _ first: any Error, _ random: Double) -> Step {
        if mayTryAgain, failures.values.allSatisfy(isWorthRetrying) { return again(random) }
        for (place, index) in inHand.enumerated() { fates[index] = .givenUp(failures[place] ?? BatchFailed(first)) }
        return nextPart()
    }

    /// Each for itself.
    private mutating func theseFailed(_ failures: [Int: any Error], _ random: Double) -> Step {
        var left: [Int] = []
        for (place, index) in inHand.enumerated() {
            guard let reason = failures[place] else {
                fates[index] = .succeeded
                continue
            }
            if mayTryAgain, isWorthRetrying(reason) {
                left.append(index)
            } else {
                fates[index] = .givenUp(reason)
            }
        }
        if left.isEmpty { return nextPart() }
        inHand = left
        return again(random)
    }

    /// In order, up to the first that failed.
    private mutating func failed(from first: Int, _ reason: any Error, _ random: Double) -> Step {
        for index in inHand[..<first] { fates[index] = .succeeded }
        inHand.removeFirst(first)
        // Another record than the last time: its attempts are counted anew.
        if first > 0 { attempt = 1 }
        if mayTryAgain, isWorthRetrying(reason) { return again(random) }
        fates[inHand.removeFirst()] = .givenUp(reason)
        attempt = 1
        if endsRun { inHand = [] }
        return inHand.isEmpty ? nextPart() : .next
    }

    private mutating func nextPart() -> Step {
        guard !parts.isEmpty else {
            inHand = []
            return .over
        }
        inHand = parts.removeFirst()
        return .next
    }
}
