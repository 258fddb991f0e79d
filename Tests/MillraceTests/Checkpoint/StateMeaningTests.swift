import Foundation
import Millrace
import MillraceTesting
import Testing

/// What decides what stored bytes mean is compared at start: a change is refused before anything is read.
@Suite struct StateMeaningTests {
    typealias Numbers = Millrace.Stream<Int>

    static let script: [ScriptedSource<Int>.Step] = (0..<40).flatMap { [.record($0), .silence(.milliseconds(2))] }

    static func pipeline(_ declare: (Numbers) -> Void) -> Pipeline {
        Pipeline("meaning") { graph in
            declare(
                graph.source(
                    ScriptedSource([script]), eventTime: { Timestamp(milliseconds: Int64($0) * 100) },
                    watermarks: .monotonic()))
        }
    }

    /// A graph, the same with something changed, and what the message names.
    struct Change: Sendable {
        let name: String
        let before: @Sendable (Numbers) -> Void
        let after: @Sendable (Numbers) -> Void
        let words: [String]
    }

    static func keyed(_ numbers: Numbers) -> KeyedStream<Int, Int> { numbers.keyed { $0 % 3 } }

    static func window(_ length: Duration, offset: Duration = .zero, lateness: Duration = .zero)
        -> @Sendable (Numbers) -> Void
    {
        {
            keyed($0).window(.tumbling(of: length, offset: offset), allowedLateness: lateness)
                .fold(into: 0) { $0 += $1 }.named("state").forEach { _ in }
        }
    }

    static func session(_ gap: Duration) -> @Sendable (Numbers) -> Void {
        { keyed($0).window(.session(gap: gap)).aggregate(Count<Int>()).named("state").forEach { _ in } }
    }

    static func join(_ upper: Duration) -> @Sendable (Numbers) -> Void {
        { numbers in
            numbers.joined(with: numbers.map { $0 }, on: { $0 % 3 }, equals: { $0 % 3 })
                .intervalJoin(from: .seconds(-1), through: upper).named("state").forEach { _ in }
        }
    }

    static func percentiles(_ accuracy: Double) -> @Sendable (Numbers) -> Void {
        {
            keyed($0).aggregate(Percentiles(of: { Double($0) }, accuracy: accuracy)).named("state").forEach { _ in }
        }
    }

    static func lifetime(_ kind: TimeKind) -> @Sendable (Numbers) -> Void {
        { keyed($0).deduplicated(timeToLive: TimeToLive(.hours(1), in: kind)).named("state").forEach { _ in } }
    }

    static func pattern(_ limit: Duration) -> @Sendable (Numbers) -> Void {
        { numbers in
            keyed(numbers).matching(Pattern<Int>("p").first("a") { $0 > 3 }.then("b") { $0 > 5 }.within(limit))
                .named("state").forEach { _ in }
        }
    }

    static let changes = [
        Change(
            name: "length", before: window(.seconds(1)), after: window(.milliseconds(700)),
            words: ["1000 ms", "700 ms"]),
        Change(
            name: "offset", before: window(.seconds(1)), after: window(.seconds(1), offset: .milliseconds(300)),
            words: ["from 0 ms", "from 300 ms"]),
        Change(
            name: "lateness", before: window(.seconds(1)), after: window(.seconds(1), lateness: .seconds(2)),
            words: ["lateness 2.0 seconds"]),
        Change(name: "gap", before: session(.seconds(1)), after: session(.seconds(2)), words: ["gap 1.0", "gap 2.0"]),
        Change(name: "bounds", before: join(.seconds(1)), after: join(.seconds(2)), words: ["interval"]),
        Change(name: "accuracy", before: percentiles(0.01), after: percentiles(0.02), words: ["0.01", "0.02"]),
        Change(
            name: "lifetime", before: lifetime(.event), after: lifetime(.processing), words: ["event", "processing"]),
        Change(
            name: "pattern", before: pattern(.seconds(1)), after: pattern(.seconds(3)),
            words: ["1.0 seconds", "3.0 seconds"]),
    ]

    @Test(arguments: changes.map(\.name))
    func aChangeIsRefused(name: String) throws {
        let change = try #require(Self.changes.first { $0.name == name })
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(5)))
        try test.run(Self.pipeline(change.before), stoppingAt: .milliseconds(40))
        let error = #expect(throws: StateError.self) { try test.run(Self.pipeline(change.after)) }
        let text = "\(error.map { "\($0)" } ?? "none")"
        for part in ["'state/", "misread", "--drop-state state", "--fresh"] + change.words {
            #expect(text.contains(part), "'\(part)' is missing in: \(text)")
        }
        // Unchanged it goes on.
        try test.run(Self.pipeline(change.before))
    }
}
