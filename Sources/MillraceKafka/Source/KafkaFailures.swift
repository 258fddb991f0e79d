import Millrace
import RDKafka

/// The group has rebalanced before the offsets of a transaction were committed. The attempt is repeated.
struct GroupMoved: RepeatedAttempt, CustomStringConvertible {
    let error: KafkaError
    var description: String { "the group has moved partitions: \(error)" }
}

/// The process is not a member of its group, so that a broker could not detect that its partitions were reassigned. The
/// attempt is repeated.
struct NoLongerMember: RepeatedAttempt, CustomStringConvertible {
    let group: String
    var description: String { "this process is not a member of group \(group) at the moment" }
}

extension KafkaError: TransientFailure {}

/// A Kafka error that a restart cannot resolve.
struct PermanentKafkaFailure: PermanentFailure, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        if error.isFenced { return "another instance has taken over: \(error)" }
        return error.description
    }
}
