import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Settings that make no sense: said when the pipeline is run, in release builds too, and nothing traps before.
@Suite struct RefusedSettingsTests {
    typealias Numbers = Stream<Int64>

    struct Case: CustomTestStringConvertible, Sendable {
        let says: String
        let declare: @Sendable (Graph, Numbers) -> Void

        init(_ says: String, _ declare: @escaping @Sendable (Graph, Numbers) -> Void) {
            self.says = says
            self.declare = declare
        }

        var testDescription: String { says }

        /// Of an operator on the stream by key.
        static func keyed<Output>(
            _ says: String, _ attach: @escaping @Sendable (KeyedStream<Int64, Int64>) -> Stream<Output>
        ) -> Case {
            Case(says) { _, numbers in attach(numbers.keyed { $0 % 3 }).forEach { _ in } }
        }

        static func operated<Output>(
            _ says: String, _ attach: @escaping @Sendable (Numbers) -> Stream<Output>
        ) -> Case {
            Case(says) { _, numbers in attach(numbers).forEach { _ in } }
        }

        static func batches(
            _ says: String, of size: Int = 10, within: Duration = .seconds(1), bytes: Int? = nil,
            concurrency: BatchConcurrency = 1, retry: RetryPolicy = RetryPolicy(), rate: Double? = nil,
            timeout: Duration? = nil
        ) -> Case {
            operated(says) {
                $0.batches(
                    of: size, within: within, concurrency: concurrency,
                    options: .init(bytes: bytes, retry: retry, timeout: timeout, recordsPerSecond: rate)
                ) { _ in .succeeded }
            }
        }

        static func pattern(_ says: String, limit: Int = 10, _ pattern: Pattern<Int64>) -> Case {
            keyed(says) { $0.matching(pattern, limit: .fail(beyond: limit)) }
        }

        static func source(
            _ says: String, watermarks: WatermarkStrategy = .monotonic(), rate: Double? = nil
        ) -> Case {
            Case(says) { graph, _ in
                graph.source(
                    .memory([[1, 2]] as [[Int64]]), name: "other", eventTime: { Timestamp(milliseconds: $0) },
                    watermarks: watermarks, recordsPerSecond: rate
                ).forEach { _ in }
            }
        }
    }

    static let cases: [Case] = [
        .keyed("a window's length must be at least a millisecond, got 0.0 seconds") {
            $0.window(.tumbling(of: .zero)).aggregate(Count())
        },
        .keyed("a window's length must be at least a millisecond") {
            $0.window(.tumbling(of: .nanoseconds(5))).aggregate(Count())
        },
        .keyed("a window's slide must not be longer than the window") {
            $0.window(.sliding(of: .seconds(1), every: .seconds(2))).aggregate(Count())
        },
        .keyed("a window's slide must be at least a millisecond") {
            $0.window(.sliding(of: .seconds(1), every: .seconds(-2))).aggregate(Count())
        },
        .keyed("must be a multiple of its step") {
            $0.window(.cumulative(upTo: .seconds(5), step: .seconds(2))).aggregate(Count())
        },
        .keyed("allowed lateness must not be negative") {
            $0.window(.tumbling(of: .seconds(1)), allowedLateness: .seconds(-1)).aggregate(Count())
        },
        .keyed("give it merge:") {
            $0.window(.sliding(of: .seconds(2), every: .seconds(1))).fold(into: 0) { count, _ in count += 1 }
        },
        .keyed("early results need an interval") {
            $0.window(.tumbling(of: .seconds(1))).trigger(.early(every: .zero)).aggregate(Count())
        },
        .keyed("results after every 0 records") {
            $0.window(.global).trigger(.every(records: 0)).aggregate(Count())
        },
        .keyed("needs windows that do not overlap") {
            $0.window(.sliding(of: .seconds(2), every: .seconds(1))).trigger(.every(records: 3)).aggregate(Count())
        },
        .keyed("a session's gap must be at least a millisecond") { $0.window(.session(gap: .zero)).aggregate(Count()) },
        .keyed("allowed lateness must not be negative") {
            $0.window(.session(gap: .seconds(1)), allowedLateness: .seconds(-1)).aggregate(Count())
        },
        .keyed("a window over all time does not end by the clock") {
            $0.window(.global, time: .processing).aggregate(Count())
        },
        .keyed("a window over all time has no late records") {
            $0.window(.count(3), allowedLateness: .seconds(1)).aggregate(Count())
        },
        Case("a window over all time has no late records") { graph, numbers in
            numbers.keyed { $0 }.window(.count(3), late: graph.sideOutput("late")).aggregate(Count()).forEach { _ in }
        },
        .keyed("sessions take no trigger") {
            $0.window(.session(gap: .seconds(1))).trigger(.final).aggregate(Count())
        },
        .keyed("windows of so many records have a trigger of their own") {
            $0.window(.count(3)).trigger(.final).aggregate(Count())
        },
        .keyed("Give it merge:") {
            $0.window(.session(gap: .seconds(1))).fold(into: 0) { count, _ in count += 1 }
        },
        .keyed("percentiles need an accuracy") {
            $0.aggregate(Percentiles(of: { Double($0) }, accuracy: .nan))
        },
        .keyed("percentiles need an accuracy") {
            $0.window(.tumbling(of: .seconds(1))).aggregate(
                Count().and(Percentiles(of: { Double($0) }, buckets: 0)))
        },
        .keyed("distinct values need a precision") {
            $0.aggregate(ApproximateDistinctCount(of: { $0 }, precision: 99))
        },
        .keyed("the best 0 records") {
            $0.process(to: Int.self) { states in
                let best = states.aggregating("best", TopK<Int64>(0, by: >))
                return ProcessFunction(onRecord: { record, _ in try best.add(record) })
            }
        },
        .keyed("the best 0 records") { $0.topK(0, by: >) },
        .keyed("the best -1 records") { $0.topK(-1, by: >) },
        .keyed("a time to live must be at least a millisecond") {
            $0.process(to: Int.self) { states in
                let last = states.value("last", of: Int64.self, timeToLive: TimeToLive(.zero))
                return ProcessFunction(onRecord: { record, _ in try last.set(record) })
            }
        },
        .operated("0 calls at once") { $0.asyncMap(AsyncMapOptions(concurrency: 0)) { $0 } },
        .operated("0 attempts") { $0.asyncMap(AsyncMapOptions(attempts: 0)) { $0 } },
        .operated("a call may take 0.0 seconds") { $0.asyncMap(AsyncMapOptions(timeout: .zero)) { $0 } },
        .batches("batches of 0 records", of: 0),
        .batches("a batch is closed after 0.0 seconds", within: .zero),
        .batches("batches of -1 bytes", bytes: -1),
        .batches("0 batches under way at once", concurrency: 0),
        .batches("0 to 5 batches under way at once", concurrency: .adaptive(0...5)),
        .batches("a retry policy of 0 attempts", retry: RetryPolicy(attempts: 0)),
        .batches("a jitter of nan", retry: RetryPolicy(jitter: .nan)),
        .batches("0.0 records a second", rate: 0),
        .batches("inf records a second", rate: .infinity),
        .batches("a handler may take -1.0 seconds", timeout: .seconds(-1)),
        Case("an interval from 1.0 seconds to 0.0 seconds holds nothing") { _, numbers in
            numbers.joined(with: numbers, on: { $0 }, equals: { $0 }).intervalJoin(from: .seconds(1), through: .zero)
                .forEach { _ in }
        },
        .pattern("pattern 'p' has no steps", Pattern("p")),
        .pattern("it begins with 'a'", Pattern("p").then("a", where: { $0 > 1 })),
        .pattern("two steps are named 'a'", Pattern("p").first("a", where: { $0 > 1 }).then("a", where: { $0 > 1 })),
        .pattern("takes 0 records", Pattern("p").first("a", where: { $0 > 1 }, times: 0)),
        .pattern("there are not two yet", Pattern("p").first("a", where: { $0 > 1 }).without(where: { $0 > 1 })),
        .pattern("a time limit of", Pattern("p").first("a", where: { $0 > 1 }).within(.seconds(-1))),
        .pattern("it has a first step", Pattern("p").first("a", where: { $0 > 1 }).first("b", where: { $0 > 1 })),
        .pattern("may have 0 partial matches", limit: 0, Pattern("p").first("a", where: { $0 > 1 })),
        .source("records out of order by -1000 ms", watermarks: .boundedOutOfOrder(by: .seconds(-1))),
        .source("none is ever idle", watermarks: .monotonic().whenIdle(.advancesWithClock)),
        .source("aligned within -1.0 seconds", watermarks: .monotonic().aligned(within: .seconds(-1))),
        .source("a partition is idle after 0.0 seconds", watermarks: .monotonic(idleTimeout: .zero)),
        .source("nan records a second", rate: .nan),
        Case("A generator has 0 partitions") { graph, _ in
            graph.source(.generator(partitions: 0, count: 5) { _, number in number }, name: "generator")
                .forEach { _ in }
        },
    ]

    @Test(arguments: cases)
    func aDeclaration(_ refused: Case) throws {
        let pipeline = Pipeline("refused") { graph in
            refused.declare(
                graph,
                graph.source(
                    .memory([[1, 2, 3]] as [[Int64]]), eventTime: { Timestamp(milliseconds: $0) },
                    watermarks: .monotonic()))
        }
        let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect("\(error.map { "\($0)" } ?? "")".lowercased().contains(refused.says.lowercased()))
    }

    @Test func aCSVSeparator() throws {
        let folder = try TemporaryFolder()
        try "a\n1\n".write(toFile: folder.file("x.csv"), atomically: true, encoding: .utf8)
        let pipeline = Pipeline("refused") { graph in
            graph.source(.csvFiles(in: folder.path, decoding: [String: Int].self, separator: "é")).forEach { _ in }
        }
        let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("A CSV separator has to be"))
    }

    struct Setting: CustomTestStringConvertible, Sendable {
        let says: String
        let change: @Sendable (inout RunOptions) -> Void
        init(_ says: String, _ change: @escaping @Sendable (inout RunOptions) -> Void) {
            self.says = says
            self.change = change
        }
        var testDescription: String { says }
    }

    static let settings: [Setting] = [
        Setting("A checkpoint is to be taken every 0.0 seconds") { $0.checkpoints = CheckpointOptions(every: .zero) },
        Setting("has no name") { $0.checkpoints = CheckpointOptions(directory: "") },
        Setting("may take 5 bytes") {
            $0.checkpoints = CheckpointOptions(directory: "/tmp/never-made", maximumSize: 5)
        },
        Setting("is to have 0 groups") { $0.keyGroups = 0 },
        Setting("is to have 40000 groups") { $0.keyGroups = 40000 },
        Setting("The status is to be told every") { $0.statusInterval = .zero },
        Setting("A channel holds 0 records") { $0.channels = ChannelLimits(records: 0) },
        Setting("to end") { $0.stopTimeout = .seconds(-1) },
        Setting("is to start again -1 times") { $0.restart = .fixedDelay(attempts: -1, delay: .zero) },
        Setting("is to start again after") { $0.restart = .fixedDelay(attempts: 1, delay: .seconds(-1)) },
        Setting("The memory budget is 0 bytes") { $0.memoryBudget = 0 },
    ]

    @Test(arguments: settings)
    func anOption(_ setting: Setting) async throws {
        let pipeline = Pipeline("refused") { graph in
            graph.source(.memory([[1, 2, 3]])).forEach { _ in }
        }
        var options = RunOptions()
        options.logger.logLevel = .critical
        setting.change(&options)
        let settled = options
        let error = await #expect(throws: (any Error).self) { try await pipeline.run(settled) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(setting.says))
    }
}
