import Millrace
import RDKafka

/// The group has given partitions to somebody else while their offsets were to be committed.
struct GroupMoved: RepeatedAttempt, CustomStringConvertible {
    let error: KafkaError
    var description: String { "the group has moved partitions: \(error)" }
}

/// The member has no generation of its group by which a broker could tell whether its partitions are others' by now.
struct NoLongerMember: RepeatedAttempt, CustomStringConvertible {
    let group: String
    var description: String { "this process is no member of group \(group) at the moment" }
}

extension KafkaError: TransientFailure {}

/// An error of Kafka's that no restart mends.
struct PermanentKafkaFailure: PermanentFailure, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        if error.isFenced { return "another instance has taken over: \(error)" }
        return error.description
    }
}
