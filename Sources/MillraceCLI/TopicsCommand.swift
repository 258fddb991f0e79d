import ArgumentParser
import Foundation
import RDKafka

/// `millrace topics`: lists topics with their offsets.
struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "Lists topics, their partitions and their offsets.")

    @OptionGroup var cluster: ClusterOptions

    @Option(help: "Only topics whose whole name matches this regular expression.")
    var topic: String?

    @Flag(help: "A line for each partition.")
    var partitions = false

    @Flag(help: "Kafka's own topics as well (names that begin with __).")
    var all = false

    @Flag(help: "One JSON object a line.")
    var json = false

    private struct Line: Encodable {
        let topic: String
        let partition: Int32?
        let partitions: Int?
        let first: Int64
        let end: Int64
        let records: Int64
    }

    func run() throws {
        let pattern: Regex<AnyRegexOutput>?
        do { pattern = try topic.map { try Regex($0) } } catch {
            throw ValidationError("--topic '\(topic ?? "")' is not a regular expression: \(error)")
        }
        try cluster.run {
            let admin = try cluster.admin()
            let topics = try admin.topics().filter { name, _ in
                (all || !name.hasPrefix("__")) && (pattern.map { (try? $0.wholeMatch(in: name)) != nil } ?? true)
            }
            var lines: [Line] = []
            for (name, count) in topics.sorted(by: { $0.key < $1.key }) {
                let offsets = try (0..<Int32(count)).map { try admin.watermarks(of: TopicPartition(name, $0)) }
                if partitions {
                    for (number, offset) in offsets.enumerated() {
                        lines.append(
                            Line(
                                topic: name, partition: Int32(number), partitions: nil, first: offset.low,
                                end: offset.high, records: offset.high - offset.low))
                    }
                } else {
                    let (first, end) = (offsets.reduce(0) { $0 + $1.low }, offsets.reduce(0) { $0 + $1.high })
                    lines.append(
                        Line(
                            topic: name, partition: nil, partitions: count, first: first, end: end, records: end - first
                        ))
                }
            }
            try show(lines)
        }
    }

    private func show(_ lines: [Line]) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            for line in lines { print(String(decoding: try encoder.encode(line), as: UTF8.self)) }
            return
        }
        guard !lines.isEmpty else {
            return print("no topic\(topic.map { " like \($0)" } ?? "") at \(cluster.brokers)")
        }
        // Control records of transactions have offsets too, so this is an upper limit of the number of records.
        var table = TextTable(["topic", partitions ? "partition" : "partitions", "first", "end", "records <="])
        for line in lines {
            table.add(
                .text(line.topic), .number(line.partition.map(Int64.init) ?? line.partitions.map(Int64.init)),
                .number(line.first), .number(line.end), .number(line.records))
        }
        print(table.text)
    }
}
