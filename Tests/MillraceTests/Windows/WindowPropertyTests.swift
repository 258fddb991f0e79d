import Millrace
import MillraceTesting
import Testing

/// Every kind of window against a reference that has all records at hand, sorted: random keys, times, disorder, partitions
/// and silences, parallelism 1 to 4, a crash and a restart at another parallelism in between.
@Suite struct WindowPropertyTests {
    struct Event: Sendable {
        let key: Int
        let time: Int64
        let value: Int
    }

    struct Row: Hashable, Comparable, Sendable, CustomStringConvertible {
        let key: Int
        let start: Int64
        let end: Int64
        let values: [Int]

        static func < (left: Row, right: Row) -> Bool {
            (left.key, left.start, left.end) < (right.key, right.start, right.end)
        }
        var description: String { "key \(key) [\(start),\(end)) \(values)" }
    }

    /// Partitions whose records lie out of order by at most `bound`.
    static func events(_ random: inout TestRandom, bound: Int64) -> [[Event]] {
        let partitions = Int.random(in: 1...3, using: &random)
        let keys = Int.random(in: 1...6, using: &random)
        let pace = Int64.random(in: 1...12, using: &random)
        var value = 0
        return (0..<partitions).map { _ in
            var now = Int64.random(in: -50...50, using: &random)
            var greatest: Int64 = -1 << 40
            return (0..<Int.random(in: 0...120, using: &random)).map { _ in
                now += Int64.random(in: 0...pace, using: &random)
                if Int.random(in: 0..<40, using: &random) == 0 { now += 200 }
                let time = max(now - Int64.random(in: 0...bound, using: &random), greatest - bound)
                greatest = max(greatest, time)
                value += 1
                return Event(key: Int.random(in: 0..<keys, using: &random), time: time, value: value)
            }
        }
    }

    typealias Build = @Sendable (KeyedStream<Int, Event>) -> Stream<WindowResult<Int, [Int]>>

    /// Runs the events through the windows that `build` makes, with a crash somewhere, and gives the rows.
    static func run(_ events: [[Event]], _ random: inout TestRandom, bound: Int64, _ build: @escaping Build) throws
        -> [Row]
    {
        let folder = try TemporaryFolder()
        let output = TestOutput<WindowResult<Int, [Int]>>()
        let scripts = events.map { partition in
            partition.flatMap { event -> [ScriptedSource<Event>.Step] in
                Int.random(in: 0..<6, using: &random) == 0
                    ? [.record(event), .silence(.milliseconds(Int.random(in: 1...30, using: &random)))]
                    : [.record(event)]
            }
        }
        let pipeline = Pipeline("windows") { graph in
            build(
                graph.source(
                    ScriptedSource(scripts), eventTime: { Timestamp(milliseconds: $0.time) },
                    watermarks: .boundedOutOfOrder(by: .milliseconds(bound))
                )
                .keyed(by: \.key)
            ).sink(output)
        }
        var test = PipelineTest(
            seed: random.next(),
            checkpoints: .init(directory: folder.path, every: .milliseconds(Int.random(in: 5...40, using: &random))))
        // Often hardly any memory at all: then tables let go of what they can, whenever they can.
        test.options.memoryBudget = Bool.random(using: &random) ? 1 << 30 : 2_000
        let crash = CheckpointNumber(UInt64.random(in: 1...6, using: &random))
        let points: [CrashPoint] = [.handedIn(crash), .committed(crash), .aligned(crash)]
        if let point = points.randomElement(using: &random) {
            try test.runUntilCrash(pipeline, parallelism: Int.random(in: 1...4, using: &random), at: point)
        }
        try test.run(pipeline, parallelism: Int.random(in: 1...4, using: &random))
        return output.records.map {
            Row(
                key: $0.key, start: $0.window.start.milliseconds, end: $0.window.end.milliseconds,
                values: $0.value.sorted())
        }.sorted()
    }

    /// Rows of the windows that `windows` says a time is in.
    static func reference(_ events: [[Event]], _ windows: (Int64) -> [(Int64, Int64)]) -> [Row] {
        struct Place: Hashable {
            let key: Int
            let start: Int64
            let end: Int64
        }
        var found: [Place: [Int]] = [:]
        for event in events.joined() {
            for (start, end) in windows(event.time) {
                found[Place(key: event.key, start: start, end: end), default: []].append(event.value)
            }
        }
        return found.map { Row(key: $0.key.key, start: $0.key.start, end: $0.key.end, values: $0.value.sorted()) }
            .sorted()
    }

    struct Values: Aggregate {
        func create() -> [Int] { [] }
        func add(_ input: Event, to all: inout [Int]) { all.append(input.value) }
        func merge(_ other: [Int], into all: inout [Int]) { all += other }
        func result(_ all: [Int]) -> [Int] { all }
    }

    /// Whether a row has all that another has, and more.
    static func contains(_ row: Row, _ other: Row) -> Bool {
        row.key == other.key && row.values.count > other.values.count && Set(other.values).isSubset(of: row.values)
    }

    static let seeds = TestSeeds.some(30)

    @Test(arguments: seeds)
    func slidingWindows(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...40, using: &random)
        let slide = Int64.random(in: 1...30, using: &random)
        let length = slide + Int64.random(in: 0...60, using: &random)
        let offset = Int64.random(in: -20...20, using: &random)
        let events = Self.events(&random, bound: bound)
        let expected = Self.reference(events) { time in
            var windows: [(Int64, Int64)] = []
            var start = offset + Int64((Double(time - offset) / Double(slide)).rounded(.down)) * slide
            while start + length > time {
                windows.append((start, start + length))
                start -= slide
            }
            return windows
        }
        let rows = try Self.run(events, &random, bound: bound) {
            $0.window(.sliding(of: .milliseconds(length), every: .milliseconds(slide), offset: .milliseconds(offset)))
                .aggregate(Values())
        }
        expectSame(
            rows.map(\.description), expected.map(\.description),
            "seed \(seed): \(length) every \(slide), offset \(offset), bound \(bound)")
    }

    @Test(arguments: seeds)
    func cumulativeWindows(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...40, using: &random)
        let step = Int64.random(in: 1...20, using: &random)
        let length = step * Int64.random(in: 1...5, using: &random)
        let events = Self.events(&random, bound: bound)
        let expected = Self.reference(events) { time in
            let start = Int64((Double(time) / Double(length)).rounded(.down)) * length
            return stride(from: start + step, through: start + length, by: Int64.Stride(step)).filter { $0 > time }
                .map { (start, $0) }
        }
        let rows = try Self.run(events, &random, bound: bound) {
            $0.window(.cumulative(upTo: .milliseconds(length), step: .milliseconds(step))).aggregate(Values())
        }
        expectSame(
            rows.map(\.description), expected.map(\.description),
            "seed \(seed): up to \(length), step \(step), bound \(bound)")
    }

    /// Sessions, where nothing is late and where the last record of a session may be.
    @Test(arguments: seeds)
    func sessions(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...40, using: &random)
        let gap = Int64.random(in: 1...60, using: &random)
        let events = Self.events(&random, bound: bound)
        var expected: [Row] = []
        for (key, all) in Dictionary(grouping: events.joined(), by: \.key) {
            var open: [Event] = []
            func close() {
                guard let first = open.first, let last = open.last else { return }
                expected.append(
                    Row(key: key, start: first.time, end: last.time + gap, values: open.map(\.value).sorted()))
                open = []
            }
            for event in all.sorted(by: { $0.time < $1.time }) {
                if let last = open.last, event.time > last.time + gap { close() }
                open.append(event)
            }
            close()
        }
        let rows = try Self.run(events, &random, bound: bound) {
            $0.window(.session(gap: .milliseconds(gap))).aggregate(Values())
        }
        expectSame(rows.map(\.description), expected.map(\.description), "seed \(seed): gap \(gap), bound \(bound)")
    }

    /// Records later than the watermarks promise, but within the allowed lateness: each result but the last of a window is
    /// a part of the next, and the last one is all there is. With final results only, there is no other.
    @Test(arguments: seeds)
    func latenessEndsInTheWholeWindow(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let disorder = Int64.random(in: 0...40, using: &random)
        let length = Int64.random(in: 1...50, using: &random)
        let slide = Bool.random(using: &random) ? length : max(1, length / 2)
        let isFinal = Bool.random(using: &random)
        let isSession = Bool.random(using: &random) && !isFinal
        let events = Self.events(&random, bound: disorder)
        let rows = try Self.run(events, &random, bound: 0) { keyed in
            if isSession {
                return keyed.window(.session(gap: .milliseconds(length)), allowedLateness: .seconds(100))
                    .aggregate(Values())
            }
            return keyed.window(
                .sliding(of: .milliseconds(length), every: .milliseconds(slide)), allowedLateness: .seconds(100)
            )
            .trigger(isFinal ? .final : .atWatermark)
            .aggregate(Values())
        }
        if isSession {
            // What grew or was joined is told again: the largest results that no other contains are the sessions.
            let all = events.joined().map(\.value).sorted()
            let largest = rows.filter { row in !rows.contains { Self.contains($0, row) } }
            let found: [Int] = Set(largest).flatMap { $0.values }
            #expect(found.sorted() == all, "seed \(seed)")
            return
        }
        let expected = Self.reference(events) { time in
            var windows: [(Int64, Int64)] = []
            var start = Int64((Double(time) / Double(slide)).rounded(.down)) * slide
            while start + length > time {
                windows.append((start, start + length))
                start -= slide
            }
            return windows
        }
        var last: [[Int64]: Row] = [:]
        for row in rows {
            let place = [Int64(row.key), row.start, row.end]
            if let known = last[place], known.values.count > row.values.count { continue }
            last[place] = row
        }
        expectSame(
            last.values.map(\.description), expected.map(\.description),
            "seed \(seed): \(length) every \(slide), disorder \(disorder)")
        if isFinal { #expect(rows.count == expected.count, "seed \(seed): final results only") }
    }

    /// Results that count only what is new, after every so many records and at the end: together they are all, and each but
    /// the last has so many.
    @Test(arguments: seeds)
    func discardingTriggers(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...40, using: &random)
        let count = Int.random(in: 1...7, using: &random)
        let isGlobal = Bool.random(using: &random)
        let events = Self.events(&random, bound: bound)
        let trigger = WindowTrigger.every(records: count).discarding
        let rows = try Self.run(events, &random, bound: bound) {
            isGlobal
                ? $0.window(.global).trigger(trigger).aggregate(Values())
                : $0.window(.tumbling(of: .milliseconds(100))).trigger(trigger).aggregate(Values())
        }
        #expect(rows.flatMap(\.values).sorted() == events.joined().map(\.value).sorted(), "seed \(seed)")
        for (_, parts) in Dictionary(grouping: rows, by: { [Int64($0.key), $0.start] }) {
            #expect(parts.filter { $0.values.count != count }.count <= 1, "seed \(seed)")
            #expect(parts.allSatisfy { $0.values.count <= count && !$0.values.isEmpty }, "seed \(seed)")
        }
    }
}
