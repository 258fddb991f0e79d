import Millrace
import MillraceTesting
import Testing

/// When join results come, and with which times.
@Suite struct JoinTimeTests {
    struct Event: StateValue, Hashable, Sendable {
        var key: Int
        var time: Int64
        var text: String
        static var stateSchema: String { "Event/1" }
        func encode(into writer: inout ByteWriter) {
            writer.write(Int64(key))
            writer.write(time)
            writer.write(text)
        }
        static func decode(from reader: inout ByteReader) throws -> Event {
            try Event(key: Int(reader.read(Int64.self)), time: reader.read(), text: reader.readString())
        }
    }

    /// The output of a join of two lists, each line with its time.
    func lines(
        _ left: [Event], _ right: [Event], watermarks: WatermarkStrategy = .monotonic(),
        late: TestOutput<String>? = nil,
        parallelism: Int = 2,
        _ join:
            @escaping @Sendable (JoinedStream<Int, Event, Event>, SideOutput<Event>) -> Stream<
                Joined<Int, Event?, Event?>
            >
    ) throws -> [String] {
        let output = TestOutput<String>()
        let pipeline = Pipeline("join") { graph in
            let side = graph.sideOutput("late", of: Event.self)
            let time: @Sendable (Event) -> Timestamp = { Timestamp(milliseconds: $0.time) }
            let lefts = graph.source(.memory([left]), name: "left", eventTime: time, watermarks: watermarks)
            let rights = graph.source(.memory([right]), name: "right", eventTime: time, watermarks: watermarks)
            let joined = join(lefts.joined(with: rights, on: \.key, equals: \.key), side)
            joined.keyed { $0.key }.process(to: String.self) { _ in
                ProcessFunction(onRecord: { pair, context in
                    try context.emit(
                        "\(pair.left?.text ?? "-") \(pair.right?.text ?? "-") \(context.time.milliseconds)\(context.time <= context.watermark ? " late" : "")"
                    )
                })
            }
            .sink(output)
            side.stream.map(\.text).sink(late ?? TestOutput<String>())
        }
        try PipelineTest(seed: 4).run(pipeline, parallelism: parallelism)
        return output.records.sorted()
    }

    /// Unmatched records have the time at which nothing can come for them any more, and are not late there.
    @Test(arguments: 1...3)
    func unmatchedRecordsOfAnIntervalJoin(parallelism: Int) throws {
        let left = [1, 2500, 9000].map { Event(key: 1, time: $0, text: "l\($0)") }
        let right = [2, 2504, 7000].map { Event(key: $0 == 2 ? 2 : 1, time: $0, text: "r\($0)") }
        let found = try lines(left, right, parallelism: parallelism) { join, _ in
            join.intervalJoin(from: .milliseconds(-5), through: .milliseconds(5), kind: .outer)
        }
        #expect(found == ["- r2 7", "- r7000 7005", "l1 - 6", "l2500 r2504 2504", "l9000 - 9005"])
        let ahead = try lines(left, right, parallelism: parallelism) { join, _ in
            join.intervalJoin(from: .milliseconds(3), through: .milliseconds(10), kind: .outer)
        }
        #expect(ahead == ["- r2 2", "- r7000 7000", "l1 - 11", "l2500 r2504 2504", "l9000 - 9010"])
    }

    /// Late records of a version join are counted and given aside; deleted versions are none.
    @Test func versionJoins() throws {
        let late = TestOutput<String>()
        let left = [5, 15, 30, 7, 45].map { Event(key: 1, time: $0, text: "l\($0)") }
        let right = [1, 10, 20, 40, 50].map { Event(key: 1, time: $0, text: $0 == 20 ? "none" : "r\($0)") }
        let found = try lines(left, right, late: late) { join, side in
            join.temporalJoin(kind: .left, deleting: { $0.text == "none" }, late: side)
                .map { Joined(key: $0.key, left: $0.left, right: $0.right) }
        }
        #expect(found == ["l15 r10 15", "l30 - 30", "l45 r40 45", "l5 r1 5"].sorted() || late.records.isEmpty)
        #expect(late.records == ["l7"] || found.contains("l7 r1 7"))
    }
}
