import CMillraceRDKafka
import Foundation
import Logging

/// A librdkafka client with a thread that serves its events. Thread-safe, as librdkafka's handle is.
final class KafkaClient: Sendable {
    /// An event that the serving thread reports.
    enum Event {
        /// An error that does not concern a single message. Most are temporary.
        case error(KafkaError)
        /// The group assigns or revokes partitions. Has to be answered with `rd_kafka_assign`,
        /// `rd_kafka_incremental_assign` or `rd_kafka_incremental_unassign`.
        case rebalance(assigns: Bool, error: KafkaError?, partitions: [TopicPartition])
        /// Messages were delivered, or failed; `failure` is the first error.
        case deliveries(count: Int, failure: KafkaError?)
    }

    // May be used from any thread. It is set once and destroyed in `close`, after which nothing is called.
    nonisolated(unsafe) let handle: OpaquePointer
    // Polled by the serving thread only.
    nonisolated(unsafe) let queue: OpaquePointer
    let name: String
    private let logger: Logger
    private let logs: Unmanaged<LogTarget>
    /// Called by librdkafka's threads, so it is retained for as long as they run.
    private let lost: Unmanaged<LostAnswers>?
    private let server: ServingThread

    /// - Parameters:
    ///   - lost: notified of requests of a transaction that were not answered.
    ///   - onEvent: called on the serving thread.
    init(
        _ type: rd_kafka_type_t, _ configuration: KafkaConfiguration, logger: Logger, lost: LostAnswers? = nil,
        onEvent: @escaping @Sendable (KafkaClient, Event) -> Void
    ) throws {
        guard let conf = rd_kafka_conf_new() else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "make a configuration")
        }
        var isTaken = false
        defer { if !isTaken { rd_kafka_conf_destroy(conf) } }
        try Self.fill(conf, configuration)
        self.logger = logger
        let target = LogTarget(logger)
        logs = Unmanaged.passRetained(target)
        rd_kafka_conf_set_opaque(conf, logs.toOpaque())
        rd_kafka_conf_set_log_cb(conf) { handle, level, facility, text in
            guard let handle, let text, let opaque = rd_kafka_opaque(handle) else { return }
            Unmanaged<LogTarget>.fromOpaque(opaque).takeUnretainedValue().log(
                level: level, facility.map { String(cString: $0) } ?? "", String(cString: text))
        }
        var events = RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS
        if type == RD_KAFKA_CONSUMER {
            events |= RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT
        } else {
            events |= RD_KAFKA_EVENT_DR
        }
        rd_kafka_conf_set_events(conf, events)
        self.lost = lost.map(Unmanaged.passRetained)
        lost?.watch(conf)
        var text = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(type, conf, &text, text.count) else {
            logs.release()
            self.lost?.release()
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "make a client", reason: Self.string(text))
        }
        isTaken = true
        self.handle = handle
        name = String(cString: rd_kafka_name(handle))
        if type == RD_KAFKA_CONSUMER { rd_kafka_poll_set_consumer(handle) }
        let found = type == RD_KAFKA_CONSUMER ? rd_kafka_queue_get_consumer(handle) : rd_kafka_queue_get_main(handle)
        guard let queue = found else {
            rd_kafka_destroy(handle)
            logs.release()
            self.lost?.release()
            throw KafkaError(
                RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, "make a client", reason: "a consumer needs a group.id")
        }
        self.queue = queue
        server = ServingThread(name: "kafka \(name)")
        // Runs until `close`, which every owner calls.
        server.start { [self] in serve(onEvent) }
    }

    private static func fill(_ conf: OpaquePointer, _ configuration: KafkaConfiguration) throws {
        var text = [CChar](repeating: 0, count: 512)
        for (name, value) in configuration.all {
            guard rd_kafka_conf_set(conf, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                let reason =
                    KafkaConfiguration.isSecret(name) ? "its value is not valid" : string(text)
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "set \(name)", reason: reason)
            }
        }
    }

    static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Waits for an event, for at most 100 ms, and reports it.
    private func serve(_ onEvent: (KafkaClient, Event) -> Void) {
        guard let event = rd_kafka_queue_poll(queue, 100) else { return }
        handle(event, onEvent)
        rd_kafka_event_destroy(event)
    }

    /// Converts an event of librdkafka, and reports it.
    func handle(_ event: OpaquePointer, _ onEvent: (KafkaClient, Event) -> Void) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_ERROR:
            let code = rd_kafka_event_error(event)
            let reason = rd_kafka_event_error_string(event).map { String(cString: $0) }
            if code == RD_KAFKA_RESP_ERR__FATAL {
                onEvent(self, .error(fatalError ?? KafkaError(code, "continue", reason: reason, isFatal: true)))
            } else {
                onEvent(self, .error(KafkaError(code, "reach \(name)'s cluster", reason: reason)))
            }
        case RD_KAFKA_EVENT_REBALANCE:
            let code = rd_kafka_event_error(event)
            let partitions = rd_kafka_event_topic_partition_list(event).map(TopicPartition.list) ?? []
            let isKnown =
                code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS || code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS
            onEvent(
                self,
                .rebalance(
                    assigns: code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS,
                    error: isKnown ? nil : KafkaError(code, "take part in the group"), partitions: partitions))
        case RD_KAFKA_EVENT_DR: onEvent(self, Self.deliveries(event))
        default: break
        }
    }

    private static func deliveries(_ event: OpaquePointer) -> Event {
        var count = 0
        var failure: KafkaError?
        while let message = rd_kafka_event_message_next(event) {
            count += 1
            if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR, failure == nil {
                let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "?"
                failure = KafkaError(
                    message.pointee.err,
                    "deliver a record of \(message.pointee.len) bytes to \(topic)/\(message.pointee.partition)")
            }
        }
        return .deliveries(count: count, failure: failure)
    }

    /// The error after which the client cannot be used any more; `nil` if there is none.
    var fatalError: KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(handle, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(code, "continue as \(name)", reason: Self.string(text), isFatal: true)
    }

    /// Whether the consumer's group rebalances cooperatively.
    var isCooperative: Bool {
        rd_kafka_rebalance_protocol(handle).map { String(cString: $0) == "COOPERATIVE" } ?? false
    }

    /// The limit for closing. A client that librdkafka has not closed by then is leaked.
    private static let patience = Duration.seconds(30)

    /// Destroys the client. Nothing may be called afterwards.
    ///
    /// - Parameters:
    ///   - flush: called on the calling thread, while events are still served.
    ///   - leave: called on the serving thread, when events are not served any more. Returns `nil` if the client can be
    ///     destroyed, otherwise what it has waited for in vain.
    func close(flush: () -> Void = {}, leave: @escaping @Sendable (KafkaClient) -> String? = { _ in nil }) {
        flush()
        rd_kafka_queue_yield(queue)
        let isClosed = server.stop(within: Self.patience) { [self] in
            if let missing = leave(self) {
                logger.warning("\(name) waited in vain for \(missing): it is not closed until the process ends")
                return
            }
            rd_kafka_queue_destroy(queue)
            rd_kafka_destroy(handle)
            logs.release()
            lost?.release()
        }
        if !isClosed { logger.error("\(name) is not closed after \(Self.patience): its resources are leaked") }
    }
}

/// The destination of librdkafka's log messages.
private final class LogTarget: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Logs a message. The levels are those of syslog. Warnings are logged as `info`: most are also reported as events,
    /// and do not concern the user as long as they are temporary.
    func log(level: Int32, _ facility: String, _ text: String) {
        let mapped: Logger.Level = level <= 2 ? .error : level <= 4 ? .info : .debug
        logger.log(level: mapped, "librdkafka \(facility): \(text)")
    }
}
