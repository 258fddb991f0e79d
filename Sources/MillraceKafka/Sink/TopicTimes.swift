import Millrace

/// The effect of a topic's settings on records whose timestamp is their event time.
struct TopicTimes {
    /// The topic's retention, which is measured by the records' timestamps; `nil` if it is unlimited, or if the broker
    /// sets the timestamps.
    let retention: Duration?
    /// A warning that is logged at start.
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

    /// The warning for the first record that is older than the topic's retention.
    static func tooOld(_ topic: String, _ retention: Duration, _ time: Timestamp) -> String {
        "topic \(topic) keeps records for \(retention) (retention.ms) by their timestamps, and one is stamped \(time), its event time: the broker removes it at its next check. Give the sink timestamps: .sendingTime, or the topic retention.ms=-1"
    }
}
