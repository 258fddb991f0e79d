import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka

/// Handling events of the cluster and the group.
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

    /// Releases revoked partitions if the tasks have not finished with them in time, and fails the attempt.
    private func giveUp(_ partitions: [TopicPartition]) {
        let (late, run) = state.withLock { state -> ([TopicPartition], SourceRun?) in
            guard state.share.isDemanding(partitions) else { return ([], nil) }
            let late = partitions
            state.failure = SourceError(
                "\(summary): the group revoked \(late.count) partitions, and their records were not processed within \(options.revocationTimeout)",
                advice: "Look for an operator or sink that blocks, or allow more time (revocationTimeout)")
            state.membership = nil
            return (state.share.begin() ?? [], state.run)
        }
        guard !late.isEmpty else { return }
        run?.logger.error("\(summary): releasing \(late.count) partitions before their records are processed")
        // Within the lock, so that the consumer is not closed in the meantime.
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
