/// The state of the records of one batch, and what is to be done next. Pure: results come in, steps go out.
struct BatchProgress {
    /// The state of a record.
    enum Fate {
        case open
        case succeeded
        case givenUp(any Error)
    }

    /// What to do after a result.
    enum Step {
        /// All records are done.
        case over
        /// Pass the current records to the handler again after a pause.
        case again(after: Duration)
        /// Pass other records of the batch, which are now in `inHand`, to the handler at once.
        case next
    }

    private let mode: Acknowledgement
    private let policy: RetryPolicy
    private let endsRun: Bool
    private let mayIsolate: Bool
    private(set) var fates: [Fate]
    /// How often each record was passed to the handler.
    private(set) var attempts: [Int]
    /// The indices of the records to pass to the handler, in order.
    private(set) var inHand: [Int]
    /// The number of the current attempt, which is compared with the policy.
    private var attempt = 1
    /// The parts of a halved batch that follow the current records.
    private var parts: [[Int]] = []

    /// - Parameter endsRun: whether a record that fails permanently ends the run, so that no record after it is tried.
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

    /// The first record that is not done.
    var firstOpen: Int? { fates.firstIndex { if case .open = $0 { true } else { false } } }

    /// Marks a record as failed that has not been passed to the handler.
    mutating func giveUp(_ index: Int, _ reason: any Error) {
        fates[index] = .givenUp(reason)
        inHand.removeAll { $0 == index }
    }

    /// Notes that the current records are passed to the handler. Returns how often the first of them has been,
    /// including this time.
    mutating func handOver() -> Int {
        for index in inHand { attempts[index] += 1 }
        return inHand.first.map { attempts[$0] } ?? 0
    }

    /// Notes the handler's result for the current records, and returns what to do next. `random`, from 0 to 1, is for
    /// the pause.
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

    /// The batch failed as a whole: which record caused it is not known.
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

    /// Records failed under `allOrNothing`.
    private mutating func someFailed(_ failures: [Int: any Error], _ first: any Error, _ random: Double) -> Step {
        if mayTryAgain, failures.values.allSatisfy(isWorthRetrying) { return again(random) }
        for (place, index) in inHand.enumerated() { fates[index] = .givenUp(failures[place] ?? BatchFailed(first)) }
        return nextPart()
    }

    /// Records failed under `perRecord`.
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

    /// A record failed under `upToFirstFailure`.
    private mutating func failed(from first: Int, _ reason: any Error, _ random: Double) -> Step {
        for index in inHand[..<first] { fates[index] = .succeeded }
        inHand.removeFirst(first)
        // Another record than in the last attempt has failed, so attempts are counted anew.
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
