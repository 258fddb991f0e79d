import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka

/// What the cluster and the group report during a run.
extension SourceSession {
    func note(_ event: KafkaConsumer.Event) {
        switch event {
        case .error(let error): note(error)
        case .assigned(let partitions):
            let (waiters, run) = state.withLock { state in
                state.share.note(.offer(partitions))
                defer { state.waiters = [] }
                return (state.waiters, state.run)
            }
            for waiter in waiters { waiter.resume() }
            run?.partitionsChanged()
        case .revoked(let partitions):
            let run = state.withLock { state in
                state.share.note(.demand(partitions))
                return state.run
            }
            run?.partitionsChanged()
            DispatchQueue.global().asyncAfter(
                deadline: .now() + .milliseconds(options.revocationTimeout.inMilliseconds)
            ) {
                [weak self] in self?.giveUp(partitions)
            }
        }
    }

    /// The tasks did not finish in time: the group has waited long enough.
    private func giveUp(_ partitions: [TopicPartition]) {
        let (late, run) = state.withLock { state -> ([TopicPartition], SourceRun?) in
            guard state.share.isDemanding(partitions) else { return ([], nil) }
            let late = partitions
            state.failure = SourceError(
                "\(summary): the group took \(late.count) partitions back, and they were not finished within \(options.revocationTimeout)",
                advice: "Look for an operator or sink that blocks, or allow more time (revocationTimeout)")
            state.membership = nil
            return (state.share.begin() ?? [], state.run)
        }
        guard !late.isEmpty else { return }
        run?.logger.error("\(summary): letting go of \(late.count) partitions before their work is done")
        // Within the lock, so that it is not closed meanwhile.
        do { try state.withLock { try $0.consumer?.release(late) } } catch {
            run?.logger.error("\(summary): \(error)")
        }
    }

    private func note(_ error: KafkaError) {
        let run = state.withLock { $0.run }
        guard error.isFatal || error.isFenced || error.isUnauthorised else {
            run?.logger.info("\(summary): \(error)")
            return
        }
        run?.logger.error("\(summary): \(error)")
        let isPermanent = error.isFenced || error.isUnauthorised
        let failure: any Error = isPermanent ? PermanentKafkaFailure(error: error) : error
        let waiters = state.withLock { state in
            state.failure = failure
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(throwing: failure) }
        run?.partitionsChanged()
    }

    func waitForGroup() async throws {
        try throwFailure()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isThere = state.withLock { state in
                    if state.share.hasAnswer || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume(throwing: CancellationError()) }
        }
        try Task.checkCancellation()
    }
}
