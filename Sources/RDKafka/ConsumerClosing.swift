import CMillraceRDKafka
import Synchronization

/// Answers that a consumer owes its group: librdkafka does nothing more about it until it has them.
final class OwedAnswers: Sendable {
    enum Answer: Sendable {
        /// To an offer.
        case taking
        /// To a demand.
        case releasing([TopicPartition])
    }

    private struct State {
        var answers: [Answer] = []
        var hasOffer = false
    }

    private let state = Mutex(State())

    private func owe(_ answer: Answer) {
        state.withLock { state in
            state.answers.append(answer)
            if case .taking = answer { state.hasOffer = true }
        }
    }

    /// An event that may ask for an answer.
    func note(_ event: KafkaClient.Event) {
        guard case .rebalance(let assigns, let error, let partitions) = event else { return }
        owe(assigns && error == nil ? .taking : .releasing(partitions))
    }

    /// One was given: they are asked for one at a time.
    func dropAnswer() { state.withLock { if !$0.answers.isEmpty { $0.answers.removeFirst() } } }

    /// The oldest, which is given now.
    func take() -> Answer? { state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() } }

    /// The group has given partitions, or none, at least once.
    var hasOffer: Bool { state.withLock { $0.hasOffer } }
}

/// Closes a consumer, on the thread that served it until then.
///
/// librdkafka 2.0 has three ways not to come back: closing and destroying wait for ever where a rebalance is not answered,
/// and where an assignment comes meanwhile (its issue 4527, mended in 2.4); and a member whose group has chosen the
/// cooperative assignor, but which never was given anything by it, stops the process when it is destroyed (its issue 4312,
/// mended in 2.3). So a member waits for its first assignment, leaves the group with every wish of the group's answered on
/// the way, and is closed only when nothing is in hand any more. None of it is waited for without end.
struct ConsumerClosing {
    private let client: KafkaClient
    private let owed: OwedAnswers
    private static let patience = Duration.seconds(8)
    /// For a member that the group has not heard of, as far as it knows.
    private static let joining = Duration.seconds(1)

    init(_ client: KafkaClient, _ owed: OwedAnswers) {
        self.client = client
        self.owed = owed
    }

    /// What it waited for in vain, if it did: then the consumer cannot be destroyed. Where it has not come as far as leaving
    /// the group, the group finds out by its session timeout.
    func run() -> String? {
        answer()
        if isSubscribed {
            awaitFirstOffer()
            rd_kafka_unsubscribe(client.handle)
            // What has been decided already may be on its way: the queue has to be found empty afterwards.
            guard serve(for: Self.patience, until: { $0 }) else { return "silence" }
            // Left while it was joining anew, it is not asked to give back what it had.
            let left = assigned
            if !left.isEmpty { give(.releasing(left)) }
            guard serve(for: Self.patience, until: { $0 && assigned.isEmpty }) else {
                return "an end of its partitions"
            }
        }
        // From here on the group's answers choose no assignor any more.
        let canBeDestroyed = owed.hasOffer || !client.isCooperative
        if let error = rd_kafka_consumer_close_queue(client.handle, client.queue) {
            defer { rd_kafka_error_destroy(error) }
            return rd_kafka_error_string(error).map { String(cString: $0) }
        }
        guard serve(for: Self.patience, until: { _ in rd_kafka_consumer_closed(client.handle) != 0 }) else {
            return "its group's goodbye"
        }
        return canBeDestroyed ? nil : "its first partitions"
    }

    /// Until the group has given partitions, or none; a group that has heard of it, or has chosen an assignor, is waited for
    /// longer.
    private func awaitFirstOffer() {
        let isHopeless = ContinuousClock.now.advanced(by: Self.joining)
        _ = serve(for: Self.patience) { _ in
            owed.hasOffer || (ContinuousClock.now > isHopeless && !isMember && !client.isCooperative)
        }
    }

    /// Answers what the group asks until `isDone`; false if that is not within `limit`.
    private func serve(for limit: Duration, until isDone: (_ isQueueEmpty: Bool) -> Bool) -> Bool {
        let deadline = ContinuousClock.now.advanced(by: limit)
        while true {
            let event = rd_kafka_queue_poll(client.queue, 5)
            if let event {
                client.handle(event) { owed.note($1) }
                rd_kafka_event_destroy(event)
                answer()
            }
            if isDone(event == nil) { return true }
            if ContinuousClock.now > deadline { return false }
        }
    }

    private func answer() { while let answer = owed.take() { give(answer) } }

    /// Of an offer nothing is taken.
    private func give(_ answer: OwedAnswers.Answer) {
        guard client.isCooperative else {
            rd_kafka_assign(client.handle, nil)
            return
        }
        guard case .releasing(let partitions) = answer else {
            _ = hand([], rd_kafka_incremental_assign)
            return
        }
        // Of those that were offered and not taken there is nothing to release; an answer is owed all the same.
        if !hand(partitions, rd_kafka_incremental_unassign) { _ = hand([], rd_kafka_incremental_unassign) }
    }

    private func hand(
        _ partitions: [TopicPartition],
        _ call: (OpaquePointer?, UnsafePointer<rd_kafka_topic_partition_list_t>?) -> OpaquePointer?
    ) -> Bool {
        guard let list = try? PartitionList(partitions) else { return false }
        guard let error = call(client.handle, list.pointer) else { return true }
        rd_kafka_error_destroy(error)
        return false
    }

    private var isSubscribed: Bool { !list { rd_kafka_subscription(client.handle, $0) }.isEmpty }

    private var assigned: [TopicPartition] { list { rd_kafka_assignment(client.handle, $0) } }

    /// The group's coordinator has given it a name.
    private var isMember: Bool {
        guard let name = rd_kafka_memberid(client.handle) else { return false }
        defer { rd_kafka_mem_free(client.handle, name) }
        return name.pointee != 0
    }

    private func list(
        _ ask: (UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?>) -> rd_kafka_resp_err_t
    ) -> [TopicPartition] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard ask(&list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return TopicPartition.list(list)
    }
}
