/// A state folder that cannot be used as asked: what is wrong, where, and what to do about it.
public struct StateError: AdvisedError, TransientFailure {
    /// What kind of trouble it is.
    public enum Kind: Sendable, Hashable {
        /// The folder cannot be created, read or written.
        case unusable
        /// Another process has it open.
        case inUse
        /// It was written by another pipeline, another format, or a graph that does not fit.
        case mismatch
        /// Its contents do not hold together.
        case damaged
        /// The disk has no room for more.
        case full
        /// `CheckpointOptions.maximumSize` is reached.
        case tooLarge
    }

    /// What kind of trouble it is.
    public let kind: Kind
    /// What is wrong, naming folder or file.
    public let problem: String
    /// What to do about it.
    public let advice: String

    /// `problem` and `advice` are whole sentences without a full stop.
    public init(_ kind: Kind, _ problem: String, advice: String) {
        self.kind = kind
        self.problem = problem
        self.advice = advice
    }

    /// A full disk may have room soon.
    public var isTransient: Bool { kind == .full }

    /// Whether what was to be written may be written by another attempt.
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
