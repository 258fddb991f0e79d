import CMillraceRDKafka
import MillraceSecrets

/// The configuration of a Kafka client: the brokers' addresses, and all other settings of librdkafka by their names.
///
/// ```swift
/// var configuration = KafkaConfiguration(brokers: "kafka-1:9093,kafka-2:9093")
/// configuration.secure(.sasl(mechanism: "SCRAM-SHA-512", username: "orders", password: secret, tls: true))
/// configuration["fetch.wait.max.ms"] = "50"
/// ```
///
/// The values of secret settings, such as passwords, never appear in descriptions, messages or logs.
public struct KafkaConfiguration: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    private var settings: [String: Secret]

    /// Creates a configuration.
    ///
    /// - Parameter brokers: one or more addresses of brokers as `host:port`, separated by commas. They are used to find
    ///   the other brokers of the cluster.
    public init(brokers: String) {
        settings = ["bootstrap.servers": Secret(brokers)]
    }

    /// The value of a setting of librdkafka; `nil` for its default.
    public subscript(name: String) -> String? {
        get { settings[name]?.value }
        set { settings[name] = newValue.map { Secret($0) } }
    }

    /// The addresses of the brokers: the setting `bootstrap.servers`.
    public var brokers: String { self["bootstrap.servers"] ?? "" }

    /// The name of this client in the brokers' logs and quotas: the setting `client.id`.
    public var clientID: String? {
        get { self["client.id"] }
        set { self["client.id"] = newValue }
    }

    /// The encryption and authentication of a connection.
    public enum Security: Sendable {
        /// No encryption and no authentication.
        case plaintext
        /// TLS.
        ///
        /// `authority` is the path of the certificates of the authorities that are trusted; `nil` for librdkafka's
        /// default. `certificate` and `key` are the paths of PEM files with a certificate of the client and its private
        /// key, and `keyPassword` is the key's password.
        case tls(authority: String? = nil, certificate: String? = nil, key: String? = nil, keyPassword: String? = nil)
        /// SASL with a name and a password, with or without TLS. Mechanisms: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`.
        case sasl(mechanism: String, username: String, password: String, tls: Bool)
    }

    /// Sets the settings for an encryption and authentication.
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

    /// Returns a copy to which the given settings are added, except those that are set already.
    public func withDefaults(_ others: [String: String]) -> KafkaConfiguration {
        var copy = self
        copy.settings.merge(others.mapValues { Secret($0) }) { own, _ in own }
        return copy
    }

    /// All settings, sorted by name.
    var all: [(name: String, value: String)] { settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) } }

    /// Whether the value of a setting must not be shown: it is a secret, or librdkafka does not know the setting, which
    /// may be the misspelt name of a secret.
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

    /// All settings, with `(secret)` instead of secret values.
    public var description: String {
        all.map { "\($0.name)=\(Self.isSecret($0.name) ? "(secret)" : $0.value)" }.joined(separator: " ")
    }

    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}
