import Millrace
import MillraceTesting
import Testing

/// Scenarios made from seeds, run to the end through crashes, stops and other parallelisms.
@Suite struct BatchPropertyTests {
    @Test(arguments: Array(TestSeeds.some(100)) + [137, 252] as [UInt64])
    func everyRecordIsDoneOnceInOrder(seed: UInt64) throws { try Self.check(seed) }

    static func check(_ seed: UInt64) throws {
        let scenario = BatchScenario(seed: seed)
        var random = SeededRandom(seed: seed ^ 0xabcdef)
        let folder = try TemporaryFolder()
        var test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: scenario.interval))
        test.options.restart = .fixedDelay(attempts: 200, delay: .milliseconds(5))
        test.timeout = .seconds(600)
        let witness = BatchWitness()
        let pipeline = scenario.pipeline(witness, test.clock)
        var runs = 0
        var checkpoint: UInt64 = 0
        var log: [String] = []
        var status: PipelineStatus?
        var most = 1
        func play() throws {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                test.seed = random.next()
                let parallelism = Int.random(in: 1...3, using: &random)
                most = max(most, parallelism)
                runs += 1
                if Int.random(in: 0..<4, using: &random) == 0 {
                    let time = test.clock.now + .milliseconds(Int.random(in: 0...600, using: &random))
                    log.append("stop at \(time)")
                    do {
                        status = try test.run(pipeline, parallelism: parallelism, stoppingAt: time)
                    } catch is PipelineError where scenario.endsRun {
                        // It failed while it was stopping.
                        continue
                    }
                } else {
                    checkpoint += UInt64.random(in: 1...3, using: &random)
                    let point = Self.point(CheckpointNumber(checkpoint), &random)
                    log.append("crash at \(point)")
                    if try !test.runUntilCrash(pipeline, parallelism: parallelism, at: point) { return }
                }
                #expect((status?.late ?? 0) == 0, "\(scenario); \(log)")
            }
            runs += 1
            log.append("to the end")
            status = try test.run(pipeline, parallelism: 2)
            most = max(most, 2)
        }
        do { try play() } catch {
            Issue.record("\(error) in \(scenario); \(log)")
            return
        }
        let title = "\(scenario); \(log)"
        let output = witness.output.records
        #expect(
            (output.map(\.id) + witness.letters.records.map(\.record.id)).sorted() == scenario.expected.sorted(),
            "\(title)")
        #expect((status?.late ?? 0) == 0, "\(title)")
        let order = Dictionary(grouping: output) { scenario.isKeyed ? [$0.partition, $0.key] : [$0.partition] }
        for (part, items) in order {
            #expect(items.map(\.number) == items.map(\.number).sorted(), "\(part) in \(title)")
        }
        witness.state.withLock { seen in
            let tasks = scenario.isKeyed ? most : max(scenario.scripts.count, 1)
            #expect(seen.busy == 0, "handlers are left over: \(title)")
            #expect(seen.most <= scenario.most * tasks, "\(title)")
            if scenario.isKeyed || scenario.isOrdered && scenario.scripts.count == 1 {
                #expect(seen.clashes == 0, "\(title)")
            }
            let bound = (scenario.retry.attempts + 4) * (scenario.size + 1) * (runs + (scenario.endsRun ? 40 : 0))
            #expect(seen.handled.values.max() ?? 0 <= bound, "\(title)")
        }
    }

    static func point(_ number: CheckpointNumber, _ random: inout SeededRandom) -> CrashPoint {
        let points: [CrashPoint] = [
            .beforeBarriers(number), .sourceNoted(number), .encoded(number), .handedIn(number),
            .outputDurable(number), .insideCommit(number), .committed(number), .published(number),
        ]
        return points[Int.random(in: 0..<points.count, using: &random)]
    }
}
