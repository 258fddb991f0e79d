import Foundation
import KafkaTestBroker
import Logging
import RDKafka
import Testing

@testable import MillraceCLI

@Suite struct LagTests {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func lagIsWhatIsLeft() async throws {
        let broker = try await KafkaTestBroker.start()
        try await broker.createTopic("a", partitions: 2)
        try await broker.createTopic("b", partitions: 1)
        let configuration = KafkaConfiguration(brokers: broker.address)
        let producer = try KafkaProducer(configuration, logger: logger)
        for index in 0..<10 {
            try [UInt8(index)].withUnsafeBytes {
                try producer.produce("a", partition: Int32(index % 2), key: nil, value: $0)
                try producer.produce("b", partition: 0, key: nil, value: $0)
            }
        }
        try producer.flush(timeout: .seconds(10))
        let consumer = try KafkaConsumer(configuration, group: "readers", logger: logger)
        try consumer.commit([CommittedOffset(TopicPartition("a", 1), 3), CommittedOffset(TopicPartition("b", 0), 10)])
        let admin = try KafkaAdmin(configuration, logger: logger)
        #expect(try admin.groups() == ["readers"])
        let lags = try Lag.all(of: "readers", admin, topics: [])
        #expect(lags.map(\.topic) == ["a", "a", "b"])
        #expect(lags.map(\.committed) == [nil, 3, 10])
        #expect(lags.map(\.end) == [5, 5, 10])
        #expect(lags.map(\.lag) == [nil, 2, 0])
        #expect(try Lag.all(of: "readers", admin, topics: ["b"]).count == 1)
        #expect(try Lag.all(of: "nobody", admin, topics: []).isEmpty)
        consumer.close()
        producer.close()
        try await broker.stop()
    }

    @Test func theTableIsAligned() {
        let lags = [
            Lag(group: "g", partition: TopicPartition("orders", 0), committed: 1_234_567, end: 1_234_600),
            Lag(group: "g", partition: TopicPartition("orders", 11), committed: nil, end: 7),
        ]
        #expect(
            Lag.table(lags) == """
                group  topic   partition  committed        end  lag
                g      orders          0  1,234,567  1,234,600   33
                g      orders         11          -          7    -

                g: 33 behind in all
                """)
        #expect(Lag.table(lags, before: lags, seconds: 2).contains("change/s"))
    }

    @Test func settingsFilesAreRead() throws {
        let text = "# cluster\n sasl.password = s=cret \n\nsecurity.protocol=ssl\n"
        let pairs = try ClusterOptions.settings(of: text, in: "f")
        #expect(pairs.map(\.0) == ["sasl.password", "security.protocol"])
        #expect(pairs.map(\.1) == ["s=cret", "ssl"])
        let error = #expect(throws: CommandError.self) { try ClusterOptions.settings(of: "a=1\nhunter2\n", in: "f") }
        #expect(error?.description.contains("line 2") == true && error?.description.contains("hunter2") == false)
        var configuration = KafkaConfiguration(brokers: "b")
        configuration["sasl.password"] = "hunter2"
        #expect(!"\(configuration)".contains("hunter2") && !String(reflecting: configuration).contains("hunter2"))
    }
}
