import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState

@Suite struct ProtocolTests {
    /// A task goes on from the event time of those that had its keys; a checkpoint without theirs has the stage's.
    @Test func eventTimeIsThatOfTheTasksThatHadTheKeys() {
        let graph = GraphDescription(pipeline: "test", operators: [], edges: [], stages: [])
        var manifest = Manifest(checkpoint: CheckpointNumber(1), pipeline: "test", keyGroups: 128, graph: graph)
        manifest.stageWatermarks = ["window": 10]
        let restored = { (manifest: Manifest, tasks: Int) in
            let assignment = KeyGroupAssignment(groups: 128, tasks: tasks)
            return (0..<tasks).map { manifest.watermark(ofStage: "window", hashes: assignment.hashes(ofTask: $0)) }
        }
        #expect(restored(manifest, 2) == [10, 10])
        manifest.taskWatermarks = ["window": [30, 10, 20, 40]]
        #expect(restored(manifest, 4) == [30, 10, 20, 40])
        #expect(restored(manifest, 2) == [10, 20])
        #expect(restored(manifest, 8) == [30, 30, 10, 10, 20, 20, 40, 40])
        #expect(restored(manifest, 3) == [10, 10, 20])
        #expect(restored(manifest, 1) == [10])
        #expect(manifest.watermark(ofStage: "another", hashes: 0...UInt64.max) == nil)
        manifest.taskWatermarks = ["window": []]
        #expect(restored(manifest, 1) == [10])
    }

    /// Tasks whose event times differ stay apart.
    @Test func tasksOfDifferentEventTimesStayApart() {
        let graph = GraphDescription(pipeline: "test", operators: [], edges: [], stages: [])
        var manifest = Manifest(checkpoint: CheckpointNumber(1), pipeline: "test", keyGroups: 128, graph: graph)
        #expect(manifest.tasks(ofStage: "window", wanted: 7) == 7)
        manifest.taskWatermarks = ["window": [30, 30, 20, 20]]
        let wanted = [1, 2, 3, 4, 5, 8, 128]
        #expect(wanted.map { manifest.tasks(ofStage: "window", wanted: $0) } == [4, 2, 4, 4, 4, 8, 128])
        #expect(manifest.tasks(ofStage: "another", wanted: 3) == 3)
        manifest.taskWatermarks = ["window": [5, 5, 5, 5]]
        #expect(wanted.map { manifest.tasks(ofStage: "window", wanted: $0) } == wanted)
    }

    /// Inputs deliver records and barriers in random order: nothing of the next epoch is taken before all have aligned.
    @Test(arguments: TestSeeds.some(50))
    func alignmentKeepsEpochsApart(seed: UInt64) {
        var random = SeededRandom(seed: UInt64(seed))
        let inputs = Int.random(in: 1...5, using: &random)
        // Each input: records marked with their epoch, a barrier after each epoch.
        var queues: [[(epoch: Int, isBarrier: Bool)]] = (0..<inputs).map { _ in
            (1...6).flatMap { epoch in
                Array(repeating: (epoch: epoch, isBarrier: false), count: Int.random(in: 0...5, using: &random))
                    + [(epoch: epoch, isBarrier: true)]
            }
        }
        var alignment = BarrierAlignment(inputs: inputs)
        var epoch = 1
        while true {
            let ready = queues.indices.filter { !queues[$0].isEmpty && !alignment.isHeldBack($0) }
            guard let input = ready.randomElement(using: &random) else { break }
            let item = queues[input].removeFirst()
            #expect(item.epoch == epoch, "seed \(seed): epoch \(item.epoch) was let in during \(epoch)")
            guard item.isBarrier else { continue }
            let barrier = Barrier(
                checkpoint: CheckpointNumber(UInt64(item.epoch)), isFinal: item.epoch == 6, isEndOfInput: false)
            switch alignment.receive(barrier, from: input) {
            case .wait: #expect(alignment.isAligning)
            case .aligned(let aligned):
                #expect(aligned == barrier)
                epoch += 1
            case .broken(let reason): Issue.record("seed \(seed): \(reason)")
            }
        }
        #expect(epoch == 7, "seed \(seed)")
        let rest = queues.reduce(0) { $0 + $1.count }
        #expect(rest == 0)
    }

    @Test func disagreeingBarriersAreNoticed() {
        var alignment = BarrierAlignment(inputs: 2)
        _ = alignment.receive(Barrier(checkpoint: CheckpointNumber(1), isFinal: false, isEndOfInput: false), from: 0)
        let step = alignment.receive(
            Barrier(checkpoint: CheckpointNumber(2), isFinal: false, isEndOfInput: false), from: 1)
        guard case .broken = step else { return #expect(Bool(false), "\(step)") }
    }

    /// Hand-ins, ends, failures, requests and time in random order.
    @Test(arguments: TestSeeds.some(100))
    func oneCheckpointAtATime(seed: UInt64) {
        var random = SeededRandom(seed: UInt64(seed))
        let tasks = Set(0..<Int.random(in: 1...5, using: &random))
        let sources = Set(tasks.prefix(max(1, tasks.count / 2)))
        var machine = CheckpointProtocol(
            after: CheckpointNumber(3), tasks: tasks, sources: sources, interval: .milliseconds(100),
            now: .zero)
        var now = Duration.zero
        var stored = CheckpointNumber(3)
        var current: Barrier?
        var handedIn: Set<Int> = []
        var isStoring = false
        var failures = 0
        for _ in 0..<600 {
            switch machine.phase {
            case .finished(let barrier):
                #expect(barrier.isFinal && barrier.checkpoint == stored, "seed \(seed)")
                return
            case .failed(_, let attempts):
                #expect(attempts == 4 && failures == 4, "seed \(seed)")
                return
            default: break
            }
            switch machine.next(now: now) {
            case .sendBarriers(let barrier):
                #expect(current == nil, "seed \(seed): two checkpoints at once")
                #expect(barrier.checkpoint == stored.next, "seed \(seed)")
                current = barrier
                handedIn = []
                failures = 0
            case .store(let barrier):
                #expect(barrier == current && handedIn == tasks && !isStoring, "seed \(seed)")
                isStoring = true
            case .none: break
            }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: machine.want()
            case 1 where Int.random(in: 0..<20, using: &random) == 0: machine.stop()
            case 2 where Int.random(in: 0..<10, using: &random) == 0:
                machine.sourceEnded(sources.randomElement(using: &random) ?? 0)
            case 3 where isStoring, 4 where isStoring:
                isStoring = false
                if Int.random(in: 0..<3, using: &random) == 0 {
                    failures += 1
                    let delay = Duration.milliseconds(500 << failures)
                    machine.storingFailed(now: now, again: failures < 4 ? delay : nil)
                } else {
                    machine.stored(now: now)
                    stored = current?.checkpoint ?? stored
                    current = nil
                }
            case 5...8:
                if let current, let task = tasks.subtracting(handedIn).randomElement(using: &random) {
                    handedIn.insert(task)
                    machine.handIn(task, current.checkpoint)
                }
            default: now += .milliseconds(Int.random(in: 0...400, using: &random))
            }
        }
    }

    @Test func withoutAnIntervalOnlyTheLastIsTaken() {
        var machine = CheckpointProtocol(
            after: .none, tasks: [0], sources: [0], interval: nil, now: .zero)
        #expect(machine.next(now: .seconds(1000)) == .none)
        machine.sourceEnded(0)
        let barrier = Barrier(checkpoint: CheckpointNumber(1), isFinal: true, isEndOfInput: true)
        #expect(machine.next(now: .seconds(1000)) == .sendBarriers(barrier))
    }

    @Test func recoveryGoesByTheMarks() {
        let graph = GraphDescription(pipeline: "p", operators: [], edges: [], stages: [])
        func manifest(_ number: UInt64, _ mark: Manifest.Mark) -> Manifest {
            Manifest(checkpoint: CheckpointNumber(number), mark: mark, pipeline: "p", keyGroups: 128, graph: graph)
        }
        let (one, two) = (manifest(1, .committed), manifest(2, .prepared))
        #expect(Recovery.plan([]) == .startOver)
        #expect(Recovery.plan([one]) == .resume(one))
        #expect(Recovery.plan([one, two]) == .resolve(prepared: two, before: one))
        #expect(Recovery.plan([two]) == .resolve(prepared: two, before: nil))
    }

    @Test func restartStrategies() {
        var fixed = RestartDecider(.fixedDelay(attempts: 2, delay: .seconds(1)))
        #expect(fixed.delay(afterFailureAt: .zero, isTransient: false) == .seconds(1))
        #expect(fixed.delay(afterFailureAt: .zero, isTransient: false) == .seconds(1))
        #expect(fixed.delay(afterFailureAt: .zero, isTransient: false) == nil)
        fixed.noteProgress()
        #expect(fixed.delay(afterFailureAt: .zero, isTransient: false) == .seconds(1))
        var doubling = RestartDecider(.exponential(attempts: 9, initial: .seconds(1), maximum: .seconds(5)))
        #expect(
            (0..<4).map { _ in doubling.delay(afterFailureAt: .zero, isTransient: false) } == [
                .seconds(1), .seconds(2), .seconds(4), .seconds(5),
            ])
        // Outages are waited for without end, whatever else fails meanwhile.
        var automatic = RestartDecider(.automatic)
        #expect((0..<3).allSatisfy { _ in automatic.delay(afterFailureAt: .zero, isTransient: false) == .seconds(1) })
        #expect(
            (0..<8).map { _ in automatic.delay(afterFailureAt: .zero, isTransient: true) } == [
                .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30),
                .seconds(30),
            ])
        #expect(automatic.delay(afterFailureAt: .zero, isTransient: false) == nil)
        automatic.noteProgress()
        #expect(automatic.delay(afterFailureAt: .zero, isTransient: true) == .milliseconds(500))
        var rate = RestartDecider(.failureRate(failures: 2, interval: .seconds(10), delay: .zero))
        #expect(rate.delay(afterFailureAt: .seconds(0), isTransient: false) == .zero)
        #expect(rate.delay(afterFailureAt: .seconds(9), isTransient: false) == .zero)
        #expect(rate.delay(afterFailureAt: .seconds(20), isTransient: false) == .zero)
        #expect(rate.delay(afterFailureAt: .seconds(21), isTransient: false) == .zero)
        #expect(rate.delay(afterFailureAt: .seconds(22), isTransient: false) == nil)
    }
}
