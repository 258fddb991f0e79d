import Millrace
import MillraceTesting
import Synchronization

/// What the handlers of a scenario saw, in all its runs.
final class BatchWitness: Sendable {
    struct State {
        var handled: [Int: Int] = [:]
        var busy = 0
        var most = 0
        var busyKeys: [Int: Int] = [:]
        var clashes = 0
    }
    let state = Mutex(State())
    let output = TestOutput<BatchScenario.Item>()
    let letters = TestOutput<DeadLetter<BatchScenario.Item>>()
}

extension BatchScenario {
    struct Bad: Error {}
    struct Hopeless: NotRetriable {}

    func pipeline(_ witness: BatchWitness, _ clock: ManualClock) -> Pipeline {
        Pipeline("scenario") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Item>.self)
            let stream = fronted(graph, clock)
            let onError: ErrorPolicy<Item> = endsRun ? .fail : .deadLetter(to: dead)
            let handle: @Sendable (Batch<Item>) async throws -> BatchOutcome = { try await work($0, witness, clock) }
            var options = BatchOptions<Item>(bytes: bytes, acknowledgement: acknowledgement, retry: retry)
            if isOrdered { options = options.ordered { $0.key } }
            let done =
                isKeyed
                ? stream.keyed { $0.key }.batches(
                    of: size, within: within, concurrency: concurrency, onError: onError, options: options, handle)
                : stream.batches(
                    of: size, within: within, concurrency: concurrency, onError: onError, options: options, handle)
            let result = followed(done, clock)
            result.sink(witness.output, name: "output")
            if hasWindow {
                result.keyed { _ in 0 }.window(.tumbling(of: .milliseconds(50))).fold(into: 0) { count, _ in count += 1
                }
                .forEach { _ in }
            }
            dead.stream.sink(witness.letters, name: "letters")
        }
    }

    private func fronted(_ graph: Graph, _ clock: ManualClock) -> Millrace.Stream<Item> {
        if front == .merge {
            let half = (scripts.count + 1) / 2
            let first = graph.source(
                ScriptedSource(Array(scripts[..<half])), name: "first", eventTime: \.time, watermarks: .monotonic())
            let second = graph.source(
                ScriptedSource(Array(scripts[half...])), name: "second", eventTime: \.time, watermarks: .monotonic())
            return graph.merge(first, second)
        }
        let source = graph.source(ScriptedSource(scripts), eventTime: \.time, watermarks: .monotonic())
        switch front {
        case .nothing, .merge: return source
        case .map: return source.map { $0 }
        case .filter: return source.filter { $0.id % 5 != 0 }
        case .asyncMap: return source.asyncMap { try await pause(clock, $0.id, 1, most: 60, $0) }
        case .batches:
            return source.batches(of: 3, within: .milliseconds(40), concurrency: 2) { batch in
                try await pause(clock, batch[0].id, 2, most: 60, .succeeded)
            }
        case .flatMap:
            return source.flatMap { item in
                [0, 10_000].map {
                    Item(
                        id: item.id + $0, partition: item.partition, number: item.number * 2 + min($0, 1),
                        key: item.key, time: item.time)
                }
            }
        }
    }

    private func followed(_ stream: Millrace.Stream<Item>, _ clock: ManualClock) -> Millrace.Stream<Item> {
        switch behind {
        case .nothing: stream
        case .asyncMap: stream.asyncMap { try await pause(clock, $0.id, 3, most: 80, $0) }
        case .batches:
            stream.batches(of: 4, within: .milliseconds(60), concurrency: 2) { batch in
                try await pause(clock, batch[0].id, 4, most: 90, .succeeded)
            }
        }
    }

    private func pause<Value>(
        _ clock: ManualClock, _ id: Int, _ salt: Int, most: Int, _ value: Value
    ) async throws -> Value {
        let time = dice(id, salt) * most / 100
        if time > 0 { try await clock.sleep(until: clock.now + .milliseconds(time)) }
        return value
    }

    /// The handler: takes a while, and fails as the dice say.
    private func work(
        _ batch: Batch<Item>, _ witness: BatchWitness, _ clock: ManualClock
    ) async throws -> BatchOutcome {
        let keys = Set(batch.map(\.key))
        let times = witness.state.withLock { state -> [Int] in
            state.busy += 1
            state.most = max(state.most, state.busy)
            for key in keys {
                if state.busyKeys[key, default: 0] > 0 { state.clashes += 1 }
                state.busyKeys[key, default: 0] += 1
            }
            return batch.map { item in
                state.handled[item.id, default: 0] += 1
                return state.handled[item.id, default: 0]
            }
        }
        defer {
            witness.state.withLock { state in
                state.busy -= 1
                for key in keys { state.busyKeys[key, default: 0] -= 1 }
            }
        }
        _ = try await pause(clock, batch[0].id, 5 + times[0], most: 100, ())
        var failures: [RecordFailure] = []
        for (place, item) in batch.enumerated() {
            // Bad for good, or for the first few times.
            let fate = dice(item.id, 100)
            let isBad = !endsRun && fate < 4 || fate < 16 && times[place] <= fate % 4
            guard isBad else { continue }
            if fate % 5 == 0 { throw Bad() }
            failures.append(RecordFailure(place, fate % 5 == 1 ? Hopeless() : Bad()))
        }
        return .failed(failures)
    }
}
