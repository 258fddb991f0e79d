/// Where a Kafka cluster is and how to talk to it: every setting of librdkafka, by its name.
///
/// ```swift
/// var configuration = KafkaConfiguration(brokers: "kafka-1:9093,kafka-2:9093")
/// configuration.secure(.sasl(mechanism: "SCRAM-SHA-512", username: "orders", password: secret, tls: true))
/// configuration["fetch.wait.max.ms"] = "50"
/// ```
///
/// Settings whose values are secrets never appear in a description, a message or a log.
public struct KafkaConfiguration: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    private var settings: [String: String]

    /// - Parameter brokers: `host:port`, separated by commas; any of the cluster's brokers will do.
    public init(brokers: String) {
        settings = ["bootstrap.servers": brokers]
    }

    /// A setting of librdkafka; `nil` for its default.
    public subscript(name: String) -> String? {
        get { settings[name] }
        set { settings[name] = newValue }
    }

    /// The brokers to ask first.
    public var brokers: String { settings["bootstrap.servers"] ?? "" }

    /// What brokers call this client in their logs and quotas.
    public var clientID: String? {
        get { settings["client.id"] }
        set { settings["client.id"] = newValue }
    }

    /// How the connection is protected and the client known.
    public enum Security: Sendable {
        /// Neither.
        case plaintext
        /// Encrypted; with a certificate of the client's own if `certificate` and `key` (PEM files) are given.
        case tls(authority: String? = nil, certificate: String? = nil, key: String? = nil, keyPassword: String? = nil)
        /// Name and password. Mechanisms: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`.
        case sasl(mechanism: String, username: String, password: String, tls: Bool)
    }

    /// Sets all that `security` stands for.
    public mutating func secure(_ security: Security) {
        switch security {
        case .plaintext: settings["security.protocol"] = "plaintext"
        case .tls(let authority, let certificate, let key, let keyPassword):
            settings["security.protocol"] = "ssl"
            settings["ssl.ca.location"] = authority
            settings["ssl.certificate.location"] = certificate
            settings["ssl.key.location"] = key
            settings["ssl.key.password"] = keyPassword
        case .sasl(let mechanism, let username, let password, let tls):
            settings["security.protocol"] = tls ? "sasl_ssl" : "sasl_plaintext"
            settings["sasl.mechanism"] = mechanism
            settings["sasl.username"] = username
            settings["sasl.password"] = password
        }
    }

    /// These settings, and `others` where this has none of that name.
    public func withDefaults(_ others: [String: String]) -> KafkaConfiguration {
        var copy = self
        copy.settings.merge(others) { own, _ in own }
        return copy
    }

    /// Name and value of all settings, in the order of the names.
    var all: [(name: String, value: String)] { settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    /// Whether a setting's value is not to be shown.
    static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "pem", "jaas", "token", "oauthbearer.config", "sasl.username"]
            .contains { name.contains($0) }
    }

    /// All settings, secrets left out.
    public var description: String {
        all.map { "\($0.name)=\(Self.isSecret($0.name) ? "(secret)" : $0.value)" }.joined(separator: " ")
    }

    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}
