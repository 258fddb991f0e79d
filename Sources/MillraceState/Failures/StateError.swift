/// An error in using a state folder: what is wrong, where, and what to do about it.
///
/// ```swift
/// do {
///     try await pipeline.run(checkpoints: CheckpointOptions(directory: "state"))
/// } catch let error as StateError where error.kind == .inUse {
///     print(error)       // what is wrong, and what to do about it
/// }
/// ```
public struct StateError: AdvisedError, TransientFailure {
    /// The kind of a state error.
    public enum Kind: Sendable, Hashable {
        /// The folder cannot be created, read or written.
        case unusable
        /// Another process has the folder open.
        case inUse
        /// The folder was written by another pipeline, in another format, or by a graph that does not match.
        case mismatch
        /// The folder's contents are inconsistent.
        case damaged
        /// The disk is full.
        case full
        /// `CheckpointOptions.maximumSize` is reached.
        case tooLarge
    }

    /// The kind of the error.
    public let kind: Kind
    /// What is wrong, with the folder or file.
    public let problem: String
    /// What to do about it.
    public let advice: String

    /// Creates a state error.
    ///
    /// - Parameters:
    ///   - kind: the kind of the error.
    ///   - problem: what is wrong, with the folder or file: a sentence without a full stop.
    ///   - advice: what to do about it: a sentence without a full stop.
    public init(_ kind: Kind, _ problem: String, advice: String) {
        self.kind = kind
        self.problem = problem
        self.advice = advice
    }

    /// Whether the operation may succeed later without any intervention: true for a full disk.
    public var isTransient: Bool { kind == .full }

    /// Whether the write may succeed if it is repeated.
    package var mayBeTriedAgain: Bool {
        switch kind {
        case .full, .tooLarge, .unusable: true
        case .inUse, .mismatch, .damaged: false
        }
    }

    package static func damaged(_ path: String, _ detail: String) -> StateError {
        StateError(
            .damaged, "The state file \(path)/data.mdb is damaged: \(detail)",
            advice:
                "Restore the folder from a copy, or start over with --fresh (the sources are then read from the start)")
    }
}
