import Dispatch

/// The thread for work that waits for the disk: it makes output durable, stores checkpoints, publishes and folds.
struct CheckpointWriter: Sendable {
    private let queue: DispatchQueue?

    /// - Parameter inline: whether the caller does the work itself, in tests that schedule every step.
    init(inline: Bool) {
        queue = inline ? nil : DispatchQueue(label: "millrace.checkpoint-writer", qos: .utility)
    }

    /// Returns when all work given to the writer is done.
    func finish() async {
        guard let queue else { return }
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    /// Does `work` on the writer's thread.
    func perform<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        guard let queue else { return try work() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
