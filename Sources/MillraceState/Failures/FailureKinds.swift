/// An error that makes the pipeline restart from its last checkpoint although nothing failed, for example because work
/// was moved to another process.
///
/// The restart is immediate and does not count for the restart strategy.
public protocol RepeatedAttempt: Error {}

/// A failure that a restart cannot resolve, such as a wrong configuration or a missing permission.
public protocol PermanentFailure: Error {}

/// A failure of an external system that may be temporary: a broker or database that cannot be reached, a full disk.
///
/// The restart strategy decides how the pipeline continues, at the start of a run as well as later.
public protocol TransientFailure: Error {
    /// Whether the operation may succeed later without any intervention.
    var isTransient: Bool { get }
}
