import Foundation
import Logging
import Millrace
import MillraceKafka
import Synchronization

extension KafkaBench {
    /// A sink that takes nothing while `records` wait in the topic: how much memory the pipeline comes to hold, and that
    /// all records are there once the sink goes on. The broker is another process.
    func stalled(_ records: Int) async throws {
        let (address, topic) = (address, topic)
        let gate = Gate()
        let pipeline = Pipeline("stalled") { graph in
            var options = KafkaSourceOptions(start: .earliest)
            options.stopsAtLatest = true
            graph.source(
                Kafka(brokers: address).source(topic, decoding: KafkaDecoder { $0.value?.count ?? 0 }, options: options)
            )
            .sink(GatedSink(gate: gate))
        }
        let before = Self.residentMegabytes
        async let run = pipeline.run(options(.atLeastOnce, nil))
        var resident: [Int] = []
        for _ in 0..<20 {
            try await Task.sleep(for: .milliseconds(500))
            resident.append(Self.residentMegabytes)
        }
        print(
            "stalled sink, \(records) records waiting: RSS \(before) MB before, \(resident[3]) MB after 2 s, \(resident.last ?? 0) MB after 10 s, \(resident.max() ?? 0) MB at most"
        )
        let begin = ContinuousClock.now
        gate.open()
        _ = try await run
        let count = gate.count
        report("  then, let go", records, since: begin, cpu: 0)
        print("  \(count) records came through\(count == records ? "" : "  WRONG")")
    }
}

/// Holds sinks back until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
        var count = 0
    }

    private let state = Mutex(State())

    /// Whether it is shut; `wake` is called once it is open.
    func isShut(_ wake: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if !state.isOpen { state.waiting.append(wake) }
            return !state.isOpen
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for wake in waiting { wake() }
    }

    func add(_ count: Int) { state.withLock { $0.count += count } }
    var count: Int { state.withLock { $0.count } }
}

/// Counts what comes, while its gate is open.
struct GatedSink: Sink {
    let gate: Gate

    func open(_ context: SinkContext) -> Writer { Writer(gate: gate, wake: context.wake) }
    var summary: String { "a gate" }

    struct Writer: SinkWriter {
        let gate: Gate
        let wake: @Sendable () -> Void
        var count = 0
        mutating func write(_ record: Int, at time: Timestamp) { count += 1 }
        mutating func prepare(_ checkpoint: CheckpointNumber) -> [UInt8]? {
            gate.add(count)
            count = 0
            return nil
        }
        var isCongested: Bool { gate.isShut(wake) }
    }
}
