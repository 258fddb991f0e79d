/// Which timestamp a sink gives to the records that it writes.
///
/// A topic removes records by their timestamps (`retention.ms`, by default 7 days). If a pipeline processes historical
/// data and its output has old event times, the broker removes the output at its next retention check. The sink logs a
/// warning when it writes the first such record.
///
/// ```swift
/// alerts.sink(kafka.sink("alerts", jsonKeyedBy: \.customer, timestamps: .sendingTime))
/// ```
public enum KafkaTimestamps: Sendable, Hashable {
    /// The record's event time; the default. A time at or before the beginning of 1970, which Kafka cannot store, is
    /// written as 1 ms after it, and the event time is added as the header `millrace-event-time`.
    case eventTime
    /// The time at which the record is sent. The event time is added as the header `millrace-event-time`
    /// (``DeliveryHeader/eventTime``), from which a Kafka source takes the record's time.
    case sendingTime
}
