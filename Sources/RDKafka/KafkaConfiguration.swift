import CMillraceRDKafka
import MillraceSecrets

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
    private var settings: [String: Secret]

    /// - Parameter brokers: `host:port`, separated by commas; any of the cluster's brokers will do.
    public init(brokers: String) {
        settings = ["bootstrap.servers": Secret(brokers)]
    }

    /// A setting of librdkafka; `nil` for its default.
    public subscript(name: String) -> String? {
        get { settings[name]?.value }
        set { settings[name] = newValue.map { Secret($0) } }
    }

    /// The brokers to ask first.
    public var brokers: String { self["bootstrap.servers"] ?? "" }

    /// What brokers call this client in their logs and quotas.
    public var clientID: String? {
        get { self["client.id"] }
        set { self["client.id"] = newValue }
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
        case .plaintext: self["security.protocol"] = "plaintext"
        case .tls(let authority, let certificate, let key, let keyPassword):
            self["security.protocol"] = "ssl"
            self["ssl.ca.location"] = authority
            self["ssl.certificate.location"] = certificate
            self["ssl.key.location"] = key
            self["ssl.key.password"] = keyPassword
        case .sasl(let mechanism, let username, let password, let tls):
            self["security.protocol"] = tls ? "sasl_ssl" : "sasl_plaintext"
            self["sasl.mechanism"] = mechanism
            self["sasl.username"] = username
            self["sasl.password"] = password
        }
    }

    /// These settings, and `others` where this has none of that name.
    public func withDefaults(_ others: [String: String]) -> KafkaConfiguration {
        var copy = self
        copy.settings.merge(others.mapValues { Secret($0) }) { own, _ in own }
        return copy
    }

    /// Name and value of all settings, in the order of the names.
    var all: [(name: String, value: String)] { settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) } }

    /// Whether a setting's value is not to be shown: of those that hold secrets, and of those that librdkafka does not know,
    /// which may be such a one misspelt.
    static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "pem", "jaas", "token", "oauthbearer.config", "sasl.username"]
            .contains { name.contains($0) } || !isKnown(name)
    }

    private static func isKnown(_ name: String) -> Bool {
        let settings = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(settings) }
        var size = 0
        return rd_kafka_conf_get(settings, name, nil, &size) == RD_KAFKA_CONF_OK
    }

    /// All settings, secrets left out.
    public var description: String {
        all.map { "\($0.name)=\(Self.isSecret($0.name) ? "(secret)" : $0.value)" }.joined(separator: " ")
    }

    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}
