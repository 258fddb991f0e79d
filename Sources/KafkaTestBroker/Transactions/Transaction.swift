/// The coordinator's state of a transactional id.
struct Transaction {
    enum State: String, Codable {
        case empty
        case ongoing
        case committed
        case aborted
    }

    let id: String
    var producerID: Int64
    var epoch: Int16
    /// In milliseconds.
    var timeout: Int32
    var state = State.empty
    var partitions: Set<TopicPartitionKey> = []
    var groups: Set<String> = []
    /// Whether the transaction commits, if its end was decided and answered but is not complete; otherwise `nil`.
    var completes: Bool?
    /// The number of the transaction. Timers of earlier ones are ignored.
    var number = 0

    /// Returns the error code for a request with this identity; `nil` if it is accepted. Newer versions of the protocol
    /// have a separate code for fenced producers.
    func refusal(producerID: Int64, epoch: Int16, knowsFenced: Bool) -> KafkaErrorCode? {
        if producerID != self.producerID { return .invalidProducerIDMapping }
        if epoch != self.epoch { return knowsFenced ? .producerFenced : .invalidProducerEpoch }
        return nil
    }
}
