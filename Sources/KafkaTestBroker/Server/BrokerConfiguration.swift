public import Logging

/// How a broker is set up.
public struct BrokerConfiguration: Sendable {
    /// Where it listens: this machine only, by default.
    public var host = "127.0.0.1"
    /// 0: any that is free.
    public var port = 0
    /// Where logs and offsets are kept; `nil`: in memory only.
    public var dataDirectory: String?
    /// Partitions of a topic that is made because somebody asks for it.
    public var defaultPartitions = 1
    /// Whether topics are made because somebody asks for them.
    public var autoCreateTopics = true
    /// How long an empty group waits for more members after the first.
    public var groupInitialRebalanceDelay: Duration = .zero
    /// The longest transaction timeout that a producer may ask for.
    public var maximumTransactionTimeout: Duration = .seconds(900)
    /// How long a topic that has just been made is not known yet to clients, as in a cluster of several brokers.
    public var topicPropagation: Duration = .zero
    /// How long a transaction takes to complete after its end was answered; another one of the same producer has to wait.
    public var transactionCompletion: Duration = .zero
    /// The largest batch; a topic's `max.message.bytes` goes before it.
    public var maximumMessageBytes = 1_048_588
    /// Bytes of metadata that may be committed with an offset.
    public var offsetMetadataMaximum = 4096
    /// Where the broker says what it does.
    public var logger: Logger

    /// The defaults.
    public init() {
        logger = Logger(label: "kafka-test-broker")
        logger.logLevel = .error
    }
}
