import Millrace

/// What a topic's settings do to records that are stamped with their event time.
struct TopicTimes {
    /// How long the topic keeps a record, by its timestamp; `nil`: for ever, or as long as the broker wrote it.
    let retention: Duration?
    /// What is to be said at start.
    let warning: String?

    init(_ topic: String, _ settings: [String: String]) {
        if settings["message.timestamp.type"] == "LogAppendTime" {
            retention = nil
            warning =
                "topic \(topic) stamps records itself (message.timestamp.type=LogAppendTime): their event time does not reach it. A sink with timestamps: .sendingTime carries it in the header \(DeliveryHeader.eventTime)"
            return
        }
        warning = nil
        let removes = settings["cleanup.policy"]?.contains("delete") ?? true
        guard removes, let text = settings["retention.ms"], let milliseconds = Int64(text), milliseconds >= 0 else {
            retention = nil
            return
        }
        retention = .milliseconds(milliseconds)
    }

    /// What is said of the first record that is too old.
    static func tooOld(_ topic: String, _ retention: Duration, _ time: Timestamp) -> String {
        "topic \(topic) keeps records for \(retention) (retention.ms) by their timestamps, and one is stamped \(time), its event time: the broker removes it at its next check. Give the sink timestamps: .sendingTime, or the topic retention.ms=-1"
    }
}
