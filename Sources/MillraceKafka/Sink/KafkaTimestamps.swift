/// What a sink's records are stamped with.
///
/// A topic removes records by their timestamps (`retention.ms`, 7 days unless set): output with event times of long ago, as
/// a pipeline over historical data writes it, is gone at the broker's next check. A sink says so in the log when the first
/// such record comes.
public enum KafkaTimestamps: Sendable, Hashable {
    /// The record's event time (the default). A time at or before the beginning of 1970, which Kafka cannot keep, becomes the
    /// millisecond after it, and goes along in the header `millrace-event-time`.
    case eventTime
    /// The time at which it is sent. The event time goes along in the header `millrace-event-time` (`DeliveryHeader`), which
    /// `Kafka.source` takes as the record's time.
    case sendingTime
}
