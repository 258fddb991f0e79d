import KafkaTestSupport
import Millrace
import MillraceKafka
import Testing

/// A sink whose `encode` chooses the topic for some records.
@Suite(.timeLimit(.minutes(5))) struct SinkTopicTests {
    @Test func aTopicIsForOneRecord() async throws {
        let rig = try await KafkaRig()
        for topic in ["out", "large"] { try rig.makeTopic(topic, partitions: 1) }
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let large = rig.topic("large")
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(.memory([Array(0..<100)]))
                .sink(
                    kafka.sink(rig.topic("out")) { number, outgoing in
                        if number % 10 == 9 { outgoing.topic = large }
                        outgoing.setValue("\(number)")
                    })
        }
        let folder = try TemporaryFolder()
        try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path))
        #expect(try rig.records(of: "large").count == 10)
        #expect(try rig.records(of: "out").count == 90)
    }
}
