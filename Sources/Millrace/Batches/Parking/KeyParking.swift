/// A policy that keeps the order of each key's records when one of them is sent to a retry topic or becomes a dead
/// letter.
///
/// Later records of that key are *parked*: they are sent to the same place without being tried, until the records
/// before them have been retried or replayed and have succeeded.
///
/// ```swift
/// payments.keyed(by: \.value.account)                                     // payments: Stream<KafkaRecord<Payment>>
///     .batches(
///         of: 50, onError: .deadLetter(to: rejected), options: .init(retryTopic: retries.route(in: graph)),
///         parking: .kafka()
///     ) { ... }
/// ```
///
/// Two records of a key are never in one batch, so keys with many records cause small batches. The retry route must
/// have exactly one delay, because records with different delays would overtake each other.
///
/// Restart: which keys are parked is keyed state, stored in checkpoints together with positions and dead letters.
public struct KeyParking<Record: Sendable>: Sendable {
    /// Returns how a record reached the operator.
    public let arrival: @Sendable (Record) -> RecordArrival

    /// Creates a policy.
    ///
    /// - Parameter arrival: returns how a record reached the operator.
    public init(arrival: @escaping @Sendable (Record) -> RecordArrival) { self.arrival = arrival }
}

/// How a record reached an operator that may receive it more than once.
///
/// ```swift
/// struct Message: Sendable { var account: Int, rounds: Int, isReplayed: Bool }
/// let parking = KeyParking<Message> { message in
///     if message.rounds > 0 { return .retried }
///     return message.isReplayed ? .replayed : .first
/// }
/// ```
public enum RecordArrival: Sendable, Hashable, CaseIterable {
    /// It arrives for the first time.
    case first
    /// It was read from a retry topic.
    case retried
    /// It was a dead letter, and has been replayed.
    case replayed
}

/// The reason of a record that was sent to a retry topic or became a dead letter without being tried, because its key
/// is parked.
///
/// A dead letter has its description as its reason:
///
/// ```swift
/// rejected.stream
///     .filter { !$0.reason.hasPrefix("parked:") }                             // only those that failed themselves
///     .forEach { print("\($0.record.value.account): \($0.reason)") }
/// ```
public struct KeyParked: Error, CustomStringConvertible, Sendable, Equatable {
    /// Whether an earlier record of the key is a dead letter; if false, one is in a retry topic.
    public let isDead: Bool

    public var description: String {
        isDead
            ? "parked: an earlier record of its key was given up, and has not been replayed"
            : "parked: an earlier record of its key is to be tried again"
    }
}
