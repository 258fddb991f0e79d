import Millrace
import MillraceTesting
import Testing

/// The operators without state, over four records in one partition.
@Suite struct StatelessTests {
    func run<Output: Sendable>(
        _ records: [Int] = [1, 2, 3, 4], _ build: (Stream<Int>) -> Stream<Output>
    ) throws -> [Output] {
        let output = TestOutput<Output>()
        let pipeline = Pipeline("operators") { graph in build(graph.source(.memory([records]))).sink(output) }
        try PipelineTest(seed: 1).run(pipeline)
        return output.records
    }

    @Test func map() throws {
        let result = try run { $0.map { "\($0 * 10)" } }
        #expect(result == ["10", "20", "30", "40"])
    }

    @Test func filter() throws {
        let result = try run { $0.filter { $0 % 2 == 0 } }
        #expect(result == [2, 4])
    }

    @Test func compactMap() throws {
        let result = try run { $0.compactMap { $0 > 2 ? "\($0)" : nil } }
        #expect(result == ["3", "4"])
    }

    @Test func flatMap() throws {
        let result = try run { $0.flatMap { Array(repeating: $0, count: $0 - 1) } }
        #expect(result == [2, 3, 3, 4, 4, 4])
        let many = try run([2000]) { $0.flatMap { Array(0..<$0) } }
        #expect(many == Array(0..<2000))
    }

    @Test func splitAndMergeMeetInOneSink() throws {
        let result = try run { stream in
            let (even, odd) = stream.split { $0 % 2 == 0 }
            return even.map { "even \($0)" }.merge(with: [odd.map { "odd \($0)" }])
        }
        #expect(result.sorted() == ["even 2", "even 4", "odd 1", "odd 3"])
    }

    @Test func streamsOfSeveralSourcesMerge() throws {
        let output = TestOutput<Int>()
        let pipeline = Pipeline("merge") { graph in
            graph.merge(graph.source(.memory([[1, 2], [3]])), graph.source(.memory([[4]]))).sink(output)
        }
        try PipelineTest(seed: 3).run(pipeline)
        #expect(output.records.sorted() == [1, 2, 3, 4])
    }

    @Test func aStreamMayBeUsedTwice() throws {
        let (first, second) = (TestOutput<Int>(), TestOutput<Int>())
        let pipeline = Pipeline("twice") { graph in
            let numbers = graph.source(.memory([[1, 2, 3]]))
            numbers.sink(first)
            numbers.map { -$0 }.sink(second)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(first.records == [1, 2, 3] && second.records == [-1, -2, -3])
    }

    @Test func anErrorPolicyLeavesOutOneRecordOfMany() throws {
        struct Odd: Error {}
        let result = try run(Array(1...1000)) { stream in
            stream.map(onError: .skip) { number -> Int in
                if number % 100 == 1 { throw Odd() }
                return number
            }
            .filter(onError: .skip) { number in
                if number % 100 == 2 { throw Odd() }
                return true
            }
        }
        #expect(result == (1...1000).filter { $0 % 100 > 2 || $0 % 100 == 0 })
    }
}
