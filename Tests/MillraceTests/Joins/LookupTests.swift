import Foundation
import Millrace
import MillraceTesting
import Synchronization
import Testing

/// Calls to something outside: in order or not, bounded, given up in time, made again, and never under way at a checkpoint.
@Suite struct LookupTests {
    struct Refused: Error {}

    final class Calls: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))
        func begin() {
            state.withLock {
                $0.now += 1
                $0.all += 1
                $0.most = max($0.most, $0.now)
            }
        }
        func end() { state.withLock { $0.now -= 1 } }
        var most: Int { state.withLock { $0.most } }
        var all: Int { state.withLock { $0.all } }
    }

    func run<Output: Sendable>(
        _ records: [Int], every interval: Duration = .milliseconds(5), folder: String? = nil,
        crash: CrashSwitch = .off, output: TestOutput<Output>,
        _ build: @escaping (Millrace.Stream<Int>) -> Millrace.Stream<Output>
    ) async throws {
        let pipeline = Pipeline("lookup") { graph in
            build(graph.source(.memory([records]), recordsPerSecond: 20_000)).sink(output)
        }
        var options = RunOptions(checkpoints: folder.map { .init(directory: $0, every: interval) })
        options.restart = .never
        options.crash = crash
        options.logger.logLevel = .critical
        try await pipeline.run(options)
    }

    @Test(arguments: [true, false])
    func manyAtOnceAndAllAreAnswered(isOrdered: Bool) async throws {
        let (calls, output) = (Calls(), TestOutput<Int>())
        try await run(Array(0..<500), folder: TemporaryFolder().path, output: output) {
            $0.asyncMap(AsyncMapOptions(concurrency: 20, ordered: isOrdered)) { number in
                calls.begin()
                defer { calls.end() }
                try await Task.sleep(for: .microseconds(number % 7 * 300))
                return number * 2
            }
        }
        let expected = (0..<500).map { $0 * 2 }
        #expect(isOrdered ? output.records == expected : output.records.sorted() == expected)
        #expect(calls.all == 500)
        #expect((2...20).contains(calls.most))
    }

    @Test func whatFailsIsTriedAgainAndThenGivenUp() async throws {
        let (calls, output, dead) = (Calls(), TestOutput<Int>(), TestOutput<DeadLetter<Int>>())
        let pipeline = Pipeline("lookup") { graph in
            let letters = graph.sideOutput("dead", of: DeadLetter<Int>.self)
            graph.source(.memory([[1, 2, 3, 4]]))
                .asyncMap(
                    AsyncMapOptions(timeout: .milliseconds(100), attempts: 3, backoff: .milliseconds(1)),
                    onError: .deadLetter(to: letters)
                ) { number in
                    calls.begin()
                    if number == 2 { throw Refused() }
                    if number == 3 { try await Task.sleep(for: .seconds(60)) }
                    return number
                }
                .sink(output)
            letters.stream.sink(dead)
        }
        var options = RunOptions()
        options.logger.logLevel = .critical
        options.delivery = .atLeastOnce
        try await pipeline.run(options)
        #expect(output.records == [1, 4])
        #expect(dead.records.map(\.record) == [2, 3])
        #expect(dead.records.map(\.attempts) == [3, 3])
        #expect(calls.all == 2 + 3 + 3)
    }

    /// A crash at any checkpoint: every record is answered once in what was published.
    @Test(arguments: TestSeeds.some(6))
    func aCrashLosesAndDoublesNothing(checkpoint: UInt64) async throws {
        let folder = try TemporaryFolder()
        let output = TestOutput<Int>()
        for crashes in [true, false] {
            let crash = CrashSwitch {
                if crashes, $0 == .committed(CheckpointNumber(checkpoint)) { throw SimulatedCrash(at: $0) }
            }
            do {
                try await run(Array(0..<2000), folder: folder.path, crash: crash, output: output) {
                    $0.asyncMap(AsyncMapOptions(concurrency: 10)) { number in
                        if number % 100 == 0 { try await Task.sleep(for: .milliseconds(1)) }
                        return number
                    }
                }
            } catch is SimulatedCrash {}
        }
        #expect(output.records == Array(0..<2000))
    }
}
