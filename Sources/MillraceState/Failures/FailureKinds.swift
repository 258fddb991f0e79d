/// Not a fault, but the attempt has to be made again from its last checkpoint: work was moved to another process. It is
/// made at once, and does not count for the restart strategy.
public protocol RepeatedAttempt: Error {}

/// A failure that no restart mends: another process has taken over, a right is missing.
public protocol PermanentFailure: Error {}

/// A failure of a system outside that may pass by itself: a broker or a database that cannot be reached, a full disk.
///
/// The restart strategy decides what follows it, at the start of a run as well as later.
public protocol TransientFailure: Error {
    /// Whether the same thing may succeed later without anybody changing it.
    var isTransient: Bool { get }
}
