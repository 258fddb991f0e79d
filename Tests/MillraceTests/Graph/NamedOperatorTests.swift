import Foundation
import Millrace
import Testing

/// A name given with `.named` is the name of the operator that keeps the state, for every operator.
@Suite struct NamedOperatorTests {
    /// What the operators of the table are attached to.
    struct Inputs {
        let graph: Graph
        let numbers: Millrace.Stream<Int>
        let keyed: KeyedStream<Int, Int>
        let joined: JoinedStream<Int, Int, Int>

        init(_ graph: Graph) {
            self.graph = graph
            numbers = graph.source(
                .memory([[1, 2, 3]]), name: "numbers", eventTime: { Timestamp(milliseconds: Int64($0)) },
                watermarks: .monotonic())
            keyed = numbers.keyed { $0 }
            let others = graph.source(
                .memory([[1, 2, 3]]), name: "others", eventTime: { Timestamp(milliseconds: Int64($0)) },
                watermarks: .monotonic())
            joined = numbers.joined(with: others, on: { $0 }, equals: { $0 })
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        /// As the sources have it: the type and its method.
        let method: String
        let isStateful: Bool
        let attach: @Sendable (Inputs) -> Void
        var testDescription: String { method }

        static func stateful<Output>(
            _ method: String, _ make: @escaping @Sendable (Inputs) -> Millrace.Stream<Output>
        ) -> Case {
            Case(method: method, isStateful: true) { make($0).named("given").forEach { _ in } }
        }

        static func stateless<Output>(
            _ method: String, _ make: @escaping @Sendable (Inputs) -> Millrace.Stream<Output>
        ) -> Case {
            Case(method: method, isStateful: false) { make($0).named("given").forEach { _ in } }
        }
    }

    static let second = Duration.seconds(1)

    static let cases: [Case] = [
        .stateless("Graph.merge") { $0.graph.merge($0.numbers, $0.numbers) },
        .stateless("Graph.source") { $0.graph.source(.memory([[1]])) },
        .stateless("Stream.map") { $0.numbers.map { $0 } },
        .stateless("Stream.filter") { $0.numbers.filter { _ in true } },
        .stateless("Stream.flatMap") { $0.numbers.flatMap { [$0] } },
        .stateless("Stream.compactMap") { $0.numbers.compactMap { $0 } },
        .stateless("Stream.merge") { $0.numbers.merge(with: [$0.numbers]) },
        .stateless("Stream.split") { $0.numbers.split { $0 > 1 }.matching },
        .stateless("Stream.asyncMap") { $0.numbers.asyncMap { $0 } },
        .stateless("Stream.assigningEventTime") {
            $0.graph.source(.memory([[1]])).assigningEventTime(
                { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic())
        },
        .stateless("Stream.batches") { $0.numbers.batches(of: 1) { _ in .succeeded } },
        .stateless("Stream.forEachAsync") { $0.numbers.forEachAsync { _ in } },
        .stateful("KeyedStream.batches") {
            $0.keyed.batches(of: 1, parking: KeyParking(arrival: { _ in .first })) { _ in
                .succeeded
            }
        },
        .stateful("KeyedStream.fold") { $0.keyed.fold(into: 0) { $0 += $1 } },
        .stateful("KeyedStream.reduce") { $0.keyed.reduce(+) },
        .stateful("KeyedStream.aggregate") { $0.keyed.aggregate(Count()) },
        .stateful("KeyedStream.deduplicated") { $0.keyed.deduplicated() },
        .stateful("KeyedStream.topK") { $0.keyed.topK(3, by: >) },
        .stateful("KeyedStream.removeDuplicates") { $0.keyed.removeDuplicates() },
        .stateful("KeyedStream.process") {
            $0.keyed.process(to: Int.self) { states in
                let sum = states.value("sum", of: Int.self)
                return ProcessFunction(onRecord: { record, _ in try sum.update(or: 0) { $0 += record } })
            }
        },
        .stateful("KeyedStream.matching") {
            $0.keyed.matching(Pattern("rise").first("low", where: { $0 < 2 }).then("high", where: { $0 > 2 }))
        },
        .stateful("WindowedStream.fold") { $0.keyed.window(.tumbling(of: second)).fold(into: 0) { $0 += $1 } },
        .stateful("WindowedStream.aggregate") { $0.keyed.window(.tumbling(of: second)).aggregate(Count()) },
        .stateful("WindowedStream.aggregate") { $0.keyed.window(.session(gap: second)).aggregate(Count()) },
        .stateful("WindowedStream.aggregate") { $0.keyed.window(.count(3)).aggregate(Count()) },
        .stateful("WindowedStream.process") { $0.keyed.window(.tumbling(of: second)).process { _, _, all in all } },
        .stateful("WindowedStream.process") { $0.keyed.window(.session(gap: second)).process { _, _, all in all } },
        .stateful("JoinedStream.windowJoin") { $0.joined.windowJoin(.tumbling(of: second)) },
        .stateful("JoinedStream.windowJoin") { $0.joined.windowJoin(.session(gap: second), kind: .outer) },
        .stateful("JoinedStream.intervalJoin") { $0.joined.intervalJoin(from: .zero, through: second) },
        .stateful("JoinedStream.intervalJoin") { $0.joined.intervalJoin(from: .zero, through: second, kind: .left) },
        .stateful("JoinedStream.streamTableJoin") { $0.joined.streamTableJoin() },
        .stateful("JoinedStream.streamTableJoin") { $0.joined.streamTableJoin(kind: .left) },
        .stateful("JoinedStream.temporalJoin") { $0.joined.temporalJoin() },
        .stateful("JoinedStream.tableJoin") { $0.joined.tableJoin() },
        .stateful("JoinedStream.regularJoin") { $0.joined.regularJoin() },
        .stateful("BroadcastStream.process") {
            $0.numbers.keyed(by: \.self, broadcasting: $0.numbers).process(table: { $0 }, to: Int.self) { _, _ in
                ProcessFunction(onRecord: { record, context in try context.emit(record) })
            }
        },
        .stateful("BroadcastStream.enriched") {
            $0.numbers.keyed(by: \.self, broadcasting: $0.numbers).enriched(on: { $0 }, equals: { $0 })
        },
    ]

    @Test(arguments: cases)
    func aNameReachesTheState(_ operation: Case) {
        let operators = Pipeline("names") { operation.attach(Inputs($0)) }.graph().operators
        #expect(operators.count { $0.id == "given" && $0.isNamed } == 1)
        #expect(operators.filter { !$0.states.isEmpty }.map(\.id) == (operation.isStateful ? ["given"] : []))
    }

    /// Methods that give a stream and are no operators, or whose stream has no name of its own.
    static let others: Set<String> = ["Stream.named", "Stream.keyed", "Stream.joined", "KeyedStream.window"]

    /// Every public method that gives a stream is in the table: this reads the sources.
    @Test func theTableHasEveryOperator() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Millrace")
            .standardized
        var found: Set<String> = []
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            found.formUnion(Self.methods(in: try String(contentsOf: file, encoding: .utf8)))
        }
        found.remove("WindowedStream.trigger")
        #expect(found.subtracting(Self.others) == Set(Self.cases.map(\.method)))
    }

    @Test func methodsAreFound() {
        let text = """
            extension Stream {
                public func one<Output>(_ body: (Record) -> Int = { $0 }) -> Stream<Output> { self }
                func hidden() -> Stream<Record> { self }
                public func count() -> Int { 0 }
            }
            extension KeyedStream where Key == Int {
                public func two(
                    of size: Int
                ) -> Stream<Record> where Record: Sendable { self }
            }
            """
        #expect(Self.methods(in: text) == ["Stream.one", "KeyedStream.two"])
    }

    /// Public methods of streams and graphs, as `Type.method`, whose result has a stream in it.
    static func methods(in text: String) -> Set<String> {
        var found: Set<String> = []
        var type = ""
        let heads = /^(?:public )?(?:final )?(extension|struct|class|enum) (?<type>\w+)|public func (?<method>\w+)/
            .anchorsMatchLineEndings()
        for match in text.matches(of: heads) {
            if let name = match.output.type { type = String(name) }
            guard let method = match.output.method, type.hasSuffix("Stream") || type == "Graph" else { continue }
            // The result stands behind the parameters' parenthesis.
            var rest = text[match.range.upperBound...].drop { $0 != "(" }
            var depth = 0
            while let next = rest.popFirst() {
                if next == "(" { depth += 1 }
                if next == ")" { depth -= 1 }
                if depth == 0 { break }
            }
            let result = rest.prefix { $0 != "{" && $0 != "\n" }
            if result.contains("Stream<") || result.contains("Stream ") { found.insert("\(type).\(method)") }
        }
        return found
    }
}
