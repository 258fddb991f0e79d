import CMillraceRDKafka
import Synchronization

/// The answers to rebalances that a consumer has not given yet. librdkafka does not continue without them.
final class OwedAnswers: Sendable {
    enum Answer: Sendable {
        /// The answer to an assignment.
        case taking
        /// The answer to a revocation.
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

    /// Notes the answer that an event requires, if any.
    func note(_ event: KafkaClient.Event) {
        guard case .rebalance(let assigns, let error, let partitions) = event else { return }
        owe(assigns && error == nil ? .taking : .releasing(partitions))
    }

    /// Removes the oldest answer, which was given by the user. Events have to be answered in order.
    func dropAnswer() { state.withLock { if !$0.answers.isEmpty { $0.answers.removeFirst() } } }

    /// Removes and returns the oldest answer, which the caller has to give.
    func take() -> Answer? { state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() } }

    /// Whether the group has made an assignment, even an empty one, at least once.
    var hasOffer: Bool { state.withLock { $0.hasOffer } }
}

/// Closes a consumer, on the thread that has served its events.
///
/// librdkafka 2.0 has three faults here. Closing and destroying a consumer wait indefinitely if a rebalance is not
/// answered, and if an assignment arrives in the meantime (issue 4527, fixed in 2.4). And destroying a member whose
/// group uses the cooperative assignor, but which was never assigned anything, aborts the process (issue 4312, fixed in
/// 2.3). Therefore a member waits for its first assignment, answers all rebalances while it leaves the group, and is
/// closed only when nothing is pending. Each of these waits has a limit.
struct ConsumerClosing {
    private let client: KafkaClient
    private let owed: OwedAnswers
    private static let patience = Duration.seconds(8)
    /// The limit for a member that the group does not know yet, according to this client.
    private static let joining = Duration.seconds(1)

    init(_ client: KafkaClient, _ owed: OwedAnswers) {
        self.client = client
        self.owed = owed
    }

    /// Closes the consumer. Returns `nil` if it can be destroyed, otherwise what it has waited for in vain. If it has
    /// not left the group by then, the group removes it after its session timeout.
    func run() -> String? {
        answer()
        if isSubscribed {
            awaitFirstOffer()
            rd_kafka_unsubscribe(client.handle)
            // Events of an earlier decision may still arrive, so wait until the queue is empty.
            guard serve(for: Self.patience, until: { $0 }) else { return "the end of its events" }
            // A member that leaves while it is joining again is not asked to release its partitions.
            let left = assigned
            if !left.isEmpty { give(.releasing(left)) }
            guard serve(for: Self.patience, until: { $0 && assigned.isEmpty }) else {
                return "the release of its partitions"
            }
        }
        // After this point the group cannot choose an assignor any more.
        let canBeDestroyed = owed.hasOffer || !client.isCooperative
        if let error = rd_kafka_consumer_close_queue(client.handle, client.queue) {
            defer { rd_kafka_error_destroy(error) }
            return rd_kafka_error_string(error).map { String(cString: $0) }
        }
        guard serve(for: Self.patience, until: { _ in rd_kafka_consumer_closed(client.handle) != 0 }) else {
            return "the answer to its leaving the group"
        }
        return canBeDestroyed ? nil : "its first assignment"
    }

    /// Waits for the first assignment. The wait is longer if the group knows the member or has chosen an assignor.
    private func awaitFirstOffer() {
        let isHopeless = ContinuousClock.now.advanced(by: Self.joining)
        _ = serve(for: Self.patience) { _ in
            owed.hasOffer || (ContinuousClock.now > isHopeless && !isMember && !client.isCooperative)
        }
    }

    /// Answers rebalances until `isDone` returns true. Returns false if `limit` passes before.
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

    /// Gives an answer. No partition of an assignment is accepted.
    private func give(_ answer: OwedAnswers.Answer) {
        guard client.isCooperative else {
            rd_kafka_assign(client.handle, nil)
            return
        }
        guard case .releasing(let partitions) = answer else {
            _ = hand([], rd_kafka_incremental_assign)
            return
        }
        // Releasing partitions that were never accepted fails, but an answer is required, so release an empty list.
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

    /// Whether the group's coordinator has given the consumer a member id.
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
