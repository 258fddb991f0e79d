import MillraceTesting
import Synchronization
import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceState

/// The order of a key's records is kept also behind one that is given up.
@Suite struct ParkingTests {
    struct Event: Sendable, Hashable {
        let key: String
        let number: Int
        var arrival = RecordArrival.first
    }
    struct Bad: Error, CustomStringConvertible { var description: String { "bad" } }

    static func pipeline(
        _ scripts: [[ScriptedSource<Event>.Step]], done: TestOutput<Event>, letters: TestOutput<DeadLetter<Event>>,
        handled: @escaping @Sendable (Event) -> Void = { _ in }, clock: any PipelineClock
    ) -> Pipeline {
        Pipeline("parking") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Event>.self)
            graph.source(ScriptedSource(scripts))
                .keyed(by: \.key)
                .batches(
                    of: 4, within: .milliseconds(5), concurrency: 3, onError: .deadLetter(to: dead),
                    options: .init(acknowledgement: .perRecord, retry: .none), parking: KeyParking { $0.arrival }
                ) { batch in
                    for event in batch { handled(event) }
                    try await clock.sleep(until: clock.now + .milliseconds(1))
                    // Number 2 of a key is bad until it is replayed.
                    return .failed(
                        batch.indices.filter { batch[$0].number == 2 && batch[$0].arrival == .first }
                            .map { RecordFailure($0, Bad()) })
                }
                .sink(done, name: "done")
            dead.stream.sink(letters, name: "letters")
        }
    }

    @Test(arguments: TestSeeds.some(20))
    func whatFollowsADeadLetterWaitsForItsReplay(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let keys = ["a", "b", "c", "d"]
        // First 0 to 5 of each key, then the dead letters 2 to 5 again, then 6 and 7.
        var steps: [ScriptedSource<Event>.Step] = []
        func add(_ numbers: ClosedRange<Int>, _ arrival: RecordArrival) {
            var next = Dictionary(uniqueKeysWithValues: keys.map { ($0, numbers.lowerBound) })
            while let key = next.filter({ $0.value <= numbers.upperBound }).keys.sorted().randomElement(using: &random)
            {
                steps.append(.record(Event(key: key, number: next[key, default: 0], arrival: arrival)))
                next[key, default: 0] += 1
                if Int.random(in: 0..<5, using: &random) == 0 {
                    steps.append(.silence(.milliseconds(Int.random(in: 1...12, using: &random))))
                }
            }
        }
        add(0...5, .first)
        steps.append(.silence(.milliseconds(50)))
        add(2...5, .replayed)
        steps.append(.silence(.milliseconds(50)))
        add(6...7, .first)
        let (done, letters) = (TestOutput<Event>(), TestOutput<DeadLetter<Event>>())
        let folder = try TemporaryFolder()
        var test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(7)))
        let pipeline = Self.pipeline([steps], done: done, letters: letters, clock: test.clock)
        let points: [@Sendable (CheckpointNumber) -> CrashPoint] = [
            { .aligned($0) }, { .encoded($0) }, { .insideCommit($0) }, { .committed($0) }, { .published($0) },
        ]
        for checkpoint in [2, 5, 8] {
            test.seed = random.next()
            let point = points[Int.random(in: 0..<points.count, using: &random)]
            if try !test.runUntilCrash(
                pipeline, parallelism: Int.random(in: 1...3, using: &random),
                at: point(CheckpointNumber(UInt64(checkpoint))))
            {
                break
            }
        }
        try test.run(pipeline, parallelism: Int.random(in: 1...3, using: &random))
        for key in keys {
            #expect(done.records.filter { $0.key == key }.map(\.number) == Array(0...7), "seed \(seed), \(key)")
            let own = letters.records.filter { $0.record.key == key }
            #expect(own.map(\.record.number) == [2, 3, 4, 5], "seed \(seed), \(key)")
            #expect(own.map(\.attempts) == [1, 0, 0, 0], "seed \(seed), \(key)")
            #expect(own[0].reason == "bad" && own[1].reason.hasPrefix("parked: "), "seed \(seed)")
        }
    }

    /// Other keys are not held up, and records that are parked are not handed over.
    @Test func onlyTheKeyIsParked() throws {
        let events = (0..<40).map { Event(key: $0 % 2 == 0 ? "bad" : "good \($0)", number: $0 % 2 == 0 ? $0 / 2 : 0) }
        let (done, letters) = (TestOutput<Event>(), TestOutput<DeadLetter<Event>>())
        let handled = Mutex<[Event]>([])
        let test = PipelineTest(seed: 3)
        try test.run(
            Self.pipeline(
                [events.map { .record($0) }], done: done, letters: letters,
                handled: { event in handled.withLock { $0.append(event) } }, clock: test.clock))
        #expect(done.records.count == 20 + 2)
        #expect(letters.records.map(\.record.number) == Array(2..<20))
        #expect(handled.withLock { $0 }.filter { $0.key == "bad" }.map(\.number) == [0, 1, 2])
    }

    @Test func aKeyIsFreeWhenAllOfItAreBack() {
        var parked = ParkedKey()
        #expect(parked.objection(to: .first) == nil)
        parked.note(.first, .sentBack)
        #expect(parked.objection(to: .first)?.isDead == false)
        parked.note(.first, .sentBack)
        #expect(parked.objection(to: .retried) == nil)
        // The first of them is given up for good: the second may not overtake it.
        parked.note(.retried, .dead)
        #expect(parked.objection(to: .retried)?.isDead == true)
        #expect(parked.objection(to: .first)?.isDead == false, "it follows the second through the retry topic")
        parked.note(.retried, .dead)
        #expect(parked.objection(to: .first)?.isDead == true)
        #expect(parked.objection(to: .replayed) == nil)
        parked.note(.replayed, .succeeded)
        #expect(!parked.isEmpty)
        parked.note(.replayed, .sentBack)
        #expect(parked.objection(to: .retried) == nil)
        parked.note(.retried, .succeeded)
        #expect(parked.isEmpty && parked.objection(to: .first) == nil)
    }
}
