import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Every kind of join against a nested loop over all records: random keys, times, disorder, parallelism 1 to 4, a crash and a
/// restart at another parallelism in between.
@Suite struct JoinPropertyTests {
    struct Event: Sendable, StateValue, Hashable {
        let key: Int
        let time: Int64
        let value: Int

        static var stateSchema: String { "Event/1" }
        func encode(into writer: inout ByteWriter) {
            writer.write(key)
            writer.write(time)
            writer.write(value)
        }
        static func decode(from reader: inout ByteReader) throws -> Event {
            let (key, time): (Int, Int64) = (try reader.read(), try reader.read())
            return Event(key: key, time: time, value: try reader.read())
        }
    }

    static func events(_ random: inout TestRandom, bound: Int64, from first: Int) -> [[Event]] {
        let keys = Int.random(in: 1...5, using: &random)
        let pace = Int64.random(in: 1...400, using: &random)
        var value = first
        return (0..<Int.random(in: 1...2, using: &random)).map { _ in
            var now = Int64.random(in: -500...500, using: &random)
            var greatest: Int64 = -1 << 40
            return (0..<Int.random(in: 0...60, using: &random)).map { _ in
                now += Int64.random(in: 0...pace, using: &random)
                let time = max(now - Int64.random(in: 0...bound, using: &random), greatest - bound)
                greatest = max(greatest, time)
                value += 1
                return Event(key: Int.random(in: 0..<keys, using: &random), time: time, value: value)
            }
        }
    }

    typealias Build = @Sendable (JoinedStream<Int, Event, Event>) -> Stream<String>

    static func run(
        _ left: [[Event]], _ right: [[Event]], _ random: inout TestRandom, bound: Int64, _ build: @escaping Build
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        let output = TestOutput<String>()
        func script(_ events: [Event], _ random: inout TestRandom) -> [ScriptedSource<Event>.Step] {
            events.flatMap { event -> [ScriptedSource<Event>.Step] in
                Int.random(in: 0..<4, using: &random) == 0
                    ? [.record(event), .silence(.milliseconds(Int.random(in: 1...30, using: &random)))]
                    : [.record(event)]
            }
        }
        let scripts = (left: left.map { script($0, &random) }, right: right.map { script($0, &random) })
        let pipeline = Pipeline("join") { graph in
            let (left, right) = (
                graph.source(
                    ScriptedSource(scripts.left), name: "left", eventTime: { Timestamp(milliseconds: $0.time) },
                    watermarks: .boundedOutOfOrder(by: .milliseconds(bound))),
                graph.source(
                    ScriptedSource(scripts.right), name: "right", eventTime: { Timestamp(milliseconds: $0.time) },
                    watermarks: .boundedOutOfOrder(by: .milliseconds(bound)))
            )
            build(left.joined(with: right, on: \.key, equals: \.key)).sink(output)
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
        return output.records
    }

    static func text(_ left: Event?, _ right: Event?, _ extra: String = "") -> String {
        "\(left.map { "\($0.value)" } ?? "-") \(right.map { "\($0.value)" } ?? "-")\(extra)"
    }

    static let kinds: [TableJoinKind] = [.inner, .left, .right, .outer]
    static let seeds = TestSeeds.some(40)

    /// Pairs that `matches`, and the records without a partner that the kind keeps.
    static func reference(
        _ left: [[Event]], _ right: [[Event]], _ kind: TableJoinKind, _ matches: (Event, Event) -> Bool
    ) -> [String] {
        var rows: [String] = []
        var matched: Set<Event> = []
        for left in left.joined() {
            for right in right.joined() where left.key == right.key && matches(left, right) {
                rows.append(text(left, right))
                matched.formUnion([left, right])
            }
        }
        if kind == .left || kind == .outer {
            rows += left.joined().filter { !matched.contains($0) }.map { text($0, nil) }
        }
        if kind == .right || kind == .outer {
            rows += right.joined().filter { !matched.contains($0) }.map { text(nil, $0) }
        }
        return rows
    }

    @Test(arguments: seeds)
    func intervalJoins(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...300, using: &random)
        let lower = Int64.random(in: -3000...3000, using: &random)
        let upper = lower + Int64.random(in: 0...4000, using: &random)
        let kind = Self.kinds.randomElement(using: &random) ?? .inner
        let (left, right) = (
            Self.events(&random, bound: bound, from: 0), Self.events(&random, bound: bound, from: 1000)
        )
        let rows = try Self.run(left, right, &random, bound: bound) {
            let (from, through) = (Duration.milliseconds(lower), Duration.milliseconds(upper))
            switch kind {
            case .inner: return $0.intervalJoin(from: from, through: through).map { Self.text($0.left, $0.right) }
            case .left:
                return $0.intervalJoin(from: from, through: through, kind: .left).map { Self.text($0.left, $0.right) }
            case .right:
                return $0.intervalJoin(from: from, through: through, kind: .right).map { Self.text($0.left, $0.right) }
            case .outer:
                return $0.intervalJoin(from: from, through: through, kind: .outer).map { Self.text($0.left, $0.right) }
            }
        }
        let expected = Self.reference(left, right, kind) {
            $1.time >= $0.time + lower && $1.time <= $0.time + upper
        }
        expectSame(rows, expected, "seed \(seed): \(lower) to \(upper), \(kind), bound \(bound)")
    }

    @Test(arguments: seeds)
    func windowJoins(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...300, using: &random)
        let slide = Int64.random(in: 1...900, using: &random)
        let length = slide * Int64.random(in: 1...3, using: &random)
        let kind = Self.kinds.randomElement(using: &random) ?? .inner
        let (left, right) = (
            Self.events(&random, bound: bound, from: 0), Self.events(&random, bound: bound, from: 1000)
        )
        let rows = try Self.run(left, right, &random, bound: bound) {
            let windows = WindowAssigner.sliding(of: .milliseconds(length), every: .milliseconds(slide))
            switch kind {
            case .inner:
                return $0.windowJoin(windows)
                    .map { Self.text($0.value.left, $0.value.right, " @\($0.window.start.milliseconds)") }
            case .left:
                return $0.windowJoin(windows, kind: .left)
                    .map { Self.text($0.value.left, $0.value.right, " @\($0.window.start.milliseconds)") }
            case .right:
                return $0.windowJoin(windows, kind: .right)
                    .map { Self.text($0.value.left, $0.value.right, " @\($0.window.start.milliseconds)") }
            case .outer:
                return $0.windowJoin(windows, kind: .outer)
                    .map { Self.text($0.value.left, $0.value.right, " @\($0.window.start.milliseconds)") }
            }
        }
        var expected: [String] = []
        let all = (left + right).joined().map(\.time)
        if let first = all.min(), let last = all.max() {
            var start = Int64((Double(first - length) / Double(slide)).rounded(.down)) * slide
            while start <= last {
                let window = start..<(start + length)
                func inside(_ events: [[Event]]) -> [[Event]] { events.map { $0.filter { window.contains($0.time) } } }
                for key in 0..<5 {
                    func of(_ events: [[Event]]) -> [[Event]] { inside(events).map { $0.filter { $0.key == key } } }
                    expected += Self.reference(of(left), of(right), kind) { _, _ in true }.map { "\($0) @\(start)" }
                }
                start += slide
            }
        }
        expectSame(rows, expected, "seed \(seed): \(length) every \(slide), \(kind), bound \(bound)")
    }

    /// The version that was valid at the record's time, whatever the order in which both came.
    @Test(arguments: seeds)
    func versionedTables(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bound = Int64.random(in: 0...300, using: &random)
        let kind: TableJoinKind = Bool.random(using: &random) ? .inner : .left
        let left = Self.events(&random, bound: bound, from: 0)
        // One version a time and key: which of two would count depends on how partitions meet.
        var seen: Set<[Int64]> = []
        let right = Self.events(&random, bound: bound, from: 1000).map { partition in
            partition.filter { seen.insert([Int64($0.key), $0.time]).inserted }
        }
        let rows = try Self.run(left, right, &random, bound: bound) {
            kind == .inner
                ? $0.temporalJoin().map { Self.text($0.left, $0.right) }
                : $0.temporalJoin(kind: .left).map { Self.text($0.left, $0.right) }
        }
        let expected = left.joined().compactMap { record -> String? in
            let valid = right.joined().filter { $0.key == record.key && $0.time <= record.time }
                .max { $0.time < $1.time }
            return valid == nil && kind == .inner ? nil : Self.text(record, valid)
        }
        expectSame(rows, expected, "seed \(seed): \(kind), bound \(bound)")
    }

    @Test(arguments: seeds)
    func everyPair(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let (left, right) = (Self.events(&random, bound: 50, from: 0), Self.events(&random, bound: 50, from: 1000))
        let rows = try Self.run(left, right, &random, bound: 50) {
            $0.regularJoin().map { Self.text($0.left, $0.right) }
        }
        expectSame(rows, Self.reference(left, right, .inner) { _, _ in true }, "seed \(seed)")
    }

    /// What the last result of each key says is what both tables say at the end.
    @Test(arguments: seeds)
    func twoTables(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let kind = Self.kinds.randomElement(using: &random) ?? .inner
        // One partition each: what is last has to be known.
        let left = Array(Self.events(&random, bound: 0, from: 0).prefix(1))
        let right = Array(Self.events(&random, bound: 0, from: 1000).prefix(1))
        let folder = try TemporaryFolder()
        let output = TestOutput<Joined<Int, Event?, Event?>>()
        let isDeleted: @Sendable (Event) -> Bool = { $0.value % 5 == 0 }
        let pipeline = Pipeline("tables") { graph in
            let lefts = graph.source(.memory(left), name: "left")
            let rights = graph.source(.memory(right), name: "right")
            lefts.joined(with: rights, on: \.key, equals: \.key)
                .tableJoin(kind: kind, deletingLeft: isDeleted, deletingRight: isDeleted)
                .sink(output)
        }
        try PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(5)))
            .run(pipeline, parallelism: 2)
        for key in 0..<5 {
            func last(_ events: [[Event]]) -> Event? {
                events.joined().last { $0.key == key }.flatMap { isDeleted($0) ? nil : $0 }
            }
            let (expectedLeft, expectedRight) = (last(left), last(right))
            guard let found = output.records.last(where: { $0.key == key }) else { continue }
            let isGiven =
                expectedLeft != nil && expectedRight != nil
                || expectedLeft != nil && (kind == .left || kind == .outer)
                || expectedRight != nil && (kind == .right || kind == .outer)
            if isGiven {
                #expect(found.left == expectedLeft && found.right == expectedRight, "seed \(seed), key \(key)")
            }
        }
    }
}
