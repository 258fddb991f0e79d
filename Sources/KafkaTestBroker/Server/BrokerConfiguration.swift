public import Logging

/// The settings of a ``KafkaTestBroker``.
///
/// ```swift
/// var configuration = BrokerConfiguration()
/// configuration.dataDirectory = temporaryFolder()
/// configuration.defaultPartitions = 4
/// let broker = try await KafkaTestBroker.start(configuration)
/// ```
public struct BrokerConfiguration: Sendable {
    /// The address to listen on. Default: `127.0.0.1`, reachable from this machine only.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 for any free port. Default: 0.
    public var port = 0
    /// The folder in which logs and offsets are stored; `nil` to keep them in memory only. Default: `nil`.
    public var dataDirectory: String?
    /// The number of partitions of automatically created topics. Default: 1.
    public var defaultPartitions = 1
    /// Whether topics are created automatically when a client asks for them. Default: true.
    public var autoCreateTopics = true
    /// How long an empty group waits for more members after the first one has joined. Default: 0.
    public var groupInitialRebalanceDelay: Duration = .zero
    /// The longest transaction timeout that a producer may request. Default: 900 s.
    public var maximumTransactionTimeout: Duration = .seconds(900)
    /// How long a new topic is unknown to clients, as in a cluster of several brokers. Default: 0.
    public var topicPropagation: Duration = .zero
    /// How long a transaction takes to complete after the request to end it was answered. The producer's next
    /// transaction has to wait for that. Default: 0.
    public var transactionCompletion: Duration = .zero
    /// The size limit of a batch, in bytes. A topic's `max.message.bytes` overrides it. Default: 1,048,588.
    public var maximumMessageBytes = 1_048_588
    /// The size limit of the metadata that is committed with an offset, in bytes. Default: 4,096.
    public var offsetMetadataMaximum = 4096
    /// Receives the broker's log messages. Default: errors only.
    public var logger: Logger

    /// Creates a configuration with the default settings.
    public init() {
        logger = Logger(label: "kafka-test-broker")
        logger.logLevel = .error
    }
}
