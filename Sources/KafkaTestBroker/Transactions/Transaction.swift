/// What the coordinator knows of a transactional id.
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
    /// Milliseconds.
    var timeout: Int32
    var state = State.empty
    var partitions: Set<TopicPartitionKey> = []
    var groups: Set<String> = []
    /// Its end is decided and answered, but not carried out yet: whether it commits.
    var completes: Bool?
    /// Counts transactions: a timer of an older one is void.
    var number = 0

    /// Why a request with this identity is refused; `nil` if it is not. Newer versions of the protocol know a code of its
    /// own for producers that were shut out.
    func refusal(producerID: Int64, epoch: Int16, knowsFenced: Bool) -> KafkaErrorCode? {
        if producerID != self.producerID { return .invalidProducerIDMapping }
        if epoch != self.epoch { return knowsFenced ? .producerFenced : .invalidProducerEpoch }
        return nil
    }
}
