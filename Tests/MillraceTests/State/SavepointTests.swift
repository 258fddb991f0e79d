import Foundation
import Millrace
import MillraceTesting
import Testing

/// Questions to a running pipeline's state, and copies of it that another run goes on from.
@Suite struct SavepointTests {
    func pipeline(_ output: TestOutput<Keyed<Int, Int>>, records: Int) -> Pipeline {
        Pipeline("counts") { graph in
            graph.source(.memory([Array(0..<records)]), recordsPerSecond: 2000).keyed { $0 % 10 }
                .fold(into: 0) { count, _ in count += 1 }
                .named("counts").sink(output)
        }
    }

    @Test func aRunningPipelineAnswersAndIsCopied() async throws {
        let (folder, copy) = (try TemporaryFolder(), try TemporaryFolder())
        let savepoint = copy.path + "/savepoint"
        let output = TestOutput<Keyed<Int, Int>>()
        var options = RunOptions(checkpoints: .init(directory: folder.path, every: .milliseconds(20)))
        options.logger.logLevel = .critical
        let handle = StateHandle()
        #expect(throws: StateError.self) { try handle.inspection() }
        options.state = handle
        let settled = options
        async let run = pipeline(output, records: 2000).run(settled)
        var seen: [Int] = []
        var saved: CheckpointNumber?
        while seen.count < 5 {
            try await Task.sleep(for: .milliseconds(50))
            guard let inspection = try? handle.inspection() else { continue }
            let count = try inspection.value(of: 3, in: "counts", as: Int.self) ?? 0
            if count > seen.last ?? 0 { seen.append(count) }
            if seen.count == 3, saved == nil {
                saved = try inspection.export(to: savepoint)
                #expect(throws: StateError.self) { try inspection.export(to: savepoint) }
            }
        }
        _ = try await run
        #expect(throws: StateError.self) { try handle.inspection() }
        // The copy has what it had, and another run goes on from it, with other parallelism, to the same end.
        let inspection = try StateInspection(directory: savepoint)
        #expect(inspection.checkpoint == saved)
        let later = TestOutput<Keyed<Int, Int>>()
        do {
            let before = try inspection.value(of: 3, in: "counts", as: Int.self) ?? 0
            #expect(before > 0 && before < 200)
        }
        _ = consume inspection
        var again = RunOptions(checkpoints: .init(directory: savepoint, every: .milliseconds(20)))
        again.logger.logLevel = .critical
        again.parallelism = .tasks(3)
        try await pipeline(later, records: 2000).run(again)
        for path in [folder.path, savepoint] {
            var counts: [Int: Int] = [:]
            try StateInspection(directory: path).forEach(of: "counts", key: Int.self, value: Int.self) {
                counts[$0] = $1
            }
            #expect(counts == Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, 200) }))
        }
    }
}
