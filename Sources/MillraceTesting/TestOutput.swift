public import Millrace
import Synchronization

/// A transactional sink in memory that survives simulated crashes.
///
/// Its records are those that were published. It detects faults of the commit protocol: publishing throws a `SinkError`
/// if the output was never prepared, or was prepared again after it had been published. Several sinks of a pipeline may
/// write to the same output.
///
/// ```swift
/// let output = TestOutput<WindowResult<String, Double>>()
/// try PipelineTest(seed: 7).run(turnover(of: manySales, to: output))
/// #expect(output.records.reduce(0) { $0 + $1.value } == 1000)
/// ```
public final class TestOutput<Record: Sendable>: Sink {
    private struct Part: Hashable {
        /// The sink, one of those that write to this output.
        let operatorID: String
        let checkpoint: UInt64
        let task: Int
    }

    private struct State {
        var prepared: [Part: [Record]] = [:]
        var published: [Part: [Record]] = [:]
        var writers = 0
    }

    private let state = Mutex(State())

    /// Creates an empty output.
    public init() {}

    public var summary: String { "test output" }

    /// The published records, in the order of checkpoints and tasks.
    public var records: [Record] {
        state.withLock { state in
            state.published.sorted {
                ($0.key.checkpoint, $0.key.task, $0.key.operatorID)
                    < ($1.key.checkpoint, $1.key.task, $1.key.operatorID)
            }
            .flatMap(\.value)
        }
    }

    public func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
        for output in pending { try publish(output) }
        state.withLock { state in
            state.prepared = state.prepared.filter { $0.key.operatorID != run.operatorID }
        }
    }

    public func open(_ context: SinkContext) -> Writer {
        Writer(output: self, operatorID: context.run.operatorID, task: context.task)
    }

    public func publish(_ output: PendingOutput) throws {
        let part = Part(
            operatorID: String(decoding: output.description, as: UTF8.self), checkpoint: output.checkpoint.value,
            task: output.task)
        try state.withLock { state in
            if let records = state.prepared.removeValue(forKey: part) {
                guard state.published[part] == nil else {
                    throw SinkError("\(part) was published before", advice: "This is a fault of the commit protocol")
                }
                state.published[part] = records
            } else if state.published[part] == nil {
                throw SinkError("\(part) was never prepared", advice: "This is a fault of the commit protocol")
            }
        }
    }

    /// Collects the records of one task.
    public struct Writer: SinkWriter {
        let output: TestOutput
        let operatorID: String
        let task: Int
        var records: [Record] = []

        public mutating func write(_ record: Record, at time: Timestamp) { records.append(record) }

        public mutating func prepare(_ checkpoint: CheckpointNumber) -> [UInt8]? {
            guard !records.isEmpty else { return nil }
            let part = Part(operatorID: operatorID, checkpoint: checkpoint.value, task: task)
            let records = records
            output.state.withLock { $0.prepared[part] = records }
            self.records = []
            return Array(operatorID.utf8)
        }
    }
}
