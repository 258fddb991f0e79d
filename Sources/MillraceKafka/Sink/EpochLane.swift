import Millrace
import RDKafka
import Synchronization

/// One sink writer's way to the producers, which keeps its records in order where one epoch follows another.
///
/// Each epoch has a transaction, and so a producer, of its own. Records of the next epoch are kept here until everything
/// of the last one is in the log (`KafkaOutput.flush`): what two producers send at the same time arrives in any order. Once
/// the lane is open the writer uses the producer itself, without a lock.
final class EpochLane: Sendable {
    private struct State {
        var epoch: CheckpointNumber
        var held: [OutgoingRecord] = []
        var bytes = 0
        var failure: (any Error)?
        var isClosed = false
        var hasWaiter = false
    }

    /// Bytes that are held before the task stops reading: what a busy sink writes in the time of a flush.
    private static let limit = 1 << 20
    /// What a record takes beside its key and value.
    private static let overhead = 128

    private let output: KafkaOutput
    private let wake: @Sendable () -> Void
    private let state: Mutex<State>

    init(_ output: KafkaOutput, epoch: CheckpointNumber, wake: @escaping @Sendable () -> Void) {
        self.output = output
        self.wake = wake
        state = Mutex(State(epoch: epoch))
    }

    /// Sends a record, or keeps it. Returns the epoch's producer once nothing is held any more.
    func send(_ record: OutgoingRecord) throws -> KafkaProducer? {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            guard let producer = try output.producer(for: state.epoch) else {
                state.held.append(record)
                state.bytes += record.key.count + record.value.count + Self.overhead
                return nil
            }
            try sendHeldRecords(&state, into: producer)
            try output.send(record, to: producer)
            return producer
        }
    }

    /// Everything of the last epoch has arrived: sends what was held since then. Called from any thread; what goes wrong is
    /// thrown where the task comes next.
    func open() {
        let wakes = state.withLock { state in
            guard !state.held.isEmpty, !state.isClosed, state.failure == nil else { return false }
            do {
                guard let producer = try output.producer(for: state.epoch) else { return false }
                try sendHeldRecords(&state, into: producer)
            } catch { state.failure = error }
            defer { state.hasWaiter = false }
            return state.hasWaiter
        }
        if wakes { wake() }
    }

    /// The epoch ends. Its barrier comes after the last checkpoint was stored, so nothing has to be held any more.
    func finish(next: CheckpointNumber) throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            if !state.held.isEmpty {
                guard let producer = try output.producer(for: state.epoch) else {
                    throw PipelineError.internalFault(
                        "epoch \(state.epoch) ends before the records of the one before it have arrived")
                }
                try sendHeldRecords(&state, into: producer)
            }
            state.epoch = next
        }
    }

    /// Whether more is held than should be; if so, the task is woken when it is sent.
    var isCongested: Bool {
        state.withLock { state in
            guard state.bytes > Self.limit, state.failure == nil else { return false }
            state.hasWaiter = true
            return true
        }
    }

    /// The attempt is over, and so are its producers: what is held belongs to no checkpoint.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.held = []
            state.bytes = 0
        }
    }

    private func sendHeldRecords(_ state: inout State, into producer: KafkaProducer) throws {
        for record in state.held { try output.send(record, to: producer) }
        state.held = []
        state.bytes = 0
    }
}
