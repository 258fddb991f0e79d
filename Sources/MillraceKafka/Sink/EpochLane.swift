import Millrace
import RDKafka
import Synchronization

/// Passes the records of one sink writer to the producers, and keeps them in order across epochs.
///
/// Each epoch has its own transaction and therefore its own producer. Records that two producers send at the same time
/// arrive in any order, so records of the next epoch are buffered here until all records of the previous one are in the
/// log (`KafkaOutput.flush`). As soon as the lane is open, the writer calls the producer directly, without a lock.
final class EpochLane: Sendable {
    private struct State {
        var epoch: CheckpointNumber
        var held: [OutgoingRecord] = []
        var bytes = 0
        var failure: (any Error)?
        var isClosed = false
        var hasWaiter = false
    }

    /// The number of buffered bytes above which the lane is congested: about what a busy sink writes during a flush.
    private static let limit = 1 << 20
    /// The estimated memory of a record in addition to its key and value, in bytes.
    private static let overhead = 128

    private let output: KafkaOutput
    private let wake: @Sendable () -> Void
    private let state: Mutex<State>

    init(_ output: KafkaOutput, epoch: CheckpointNumber, wake: @escaping @Sendable () -> Void) {
        self.output = output
        self.wake = wake
        state = Mutex(State(epoch: epoch))
    }

    /// Sends or buffers a record. Returns the epoch's producer as soon as nothing is buffered any more.
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

    /// Sends the buffered records. Called, on any thread, when all records of the previous epoch have arrived. An error
    /// is thrown by the next call of the task.
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

    /// Ends the epoch. Its barrier comes after the previous checkpoint was stored, so that buffered records can be sent
    /// now.
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

    /// Whether too much is buffered. If so, the task is woken when the records are sent.
    var isCongested: Bool {
        state.withLock { state in
            guard state.bytes > Self.limit, state.failure == nil else { return false }
            state.hasWaiter = true
            return true
        }
    }

    /// Discards the buffered records when the attempt ends: they belong to no checkpoint.
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
