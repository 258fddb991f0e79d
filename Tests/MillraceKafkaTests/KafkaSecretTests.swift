import Foundation
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// Secrets in a Kafka configuration appear in no text that it is turned into, and in no error.
@Suite struct KafkaSecretTests {
    static let secret = "s3cr3t"

    static let names = [
        "sasl.password", "pasword", "sasl.pasword", "ssl.key.password", "sasl.oauthbearer.client.secret",
        "ssl.key.pem", "sasl.jaas.config", "my.api.key",
    ]

    @Test(arguments: names)
    func itIsNotShown(name: String) async throws {
        var configuration = KafkaConfiguration(brokers: "localhost:1")
        configuration[name] = Self.secret
        configuration["linger.ms"] = "7"
        var texts = ["\(configuration)", String(reflecting: configuration)]
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(Kafka(configuration), to: &dumped)
        texts.append(dumped)
        let kafka = Kafka(configuration)
        let pipeline = Pipeline("secret") { graph in
            var options = KafkaSourceOptions(stopsAtLatest: true)
            options.timeout = .milliseconds(300)
            graph.source(kafka.source("in", decoding: .string, group: "g", options: options)).forEach { _ in }
        }
        let log = LogLines()
        var options = RunOptions()
        options.delivery = .atLeastOnce
        options.restart = .never
        options.logger = log.logger(.trace)
        do { try await pipeline.run(options) } catch { texts.append("\(error)") }
        #expect(texts.count == 4)
        for text in texts + log.all { #expect(!text.contains(Self.secret), "\(text)") }
        #expect(texts[0].contains("linger.ms=7") && texts[0].contains("\(name)=(secret)"))
    }
}
