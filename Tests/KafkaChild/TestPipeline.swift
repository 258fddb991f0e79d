import Millrace
import MillraceKafka
import RDKafka

/// The pipelines that the Kafka tests disturb: from topic to topic, without state, with keyed state, with windows.
enum TestPipeline: String, CaseIterable, Sendable {
    case stateless, keyed, windowed

    /// Records are `key,milliseconds` with keys of one character; the source ends at the topic's end.
    func make(
        _ kafka: Kafka, name: String, from input: String, to output: String, recordsPerSecond: Double?
    ) -> Pipeline {
        Pipeline(name) { graph in
            var options = KafkaSourceOptions()
            options.stopsAtLatest = true
            let records = graph.source(
                kafka.source(input, decoding: .string, group: name, options: options), name: "in",
                eventTime: { Timestamp(milliseconds: Int64($0.split(separator: ",")[1]) ?? 0) },
                watermarks: .boundedOutOfOrder(by: .milliseconds(500)), recordsPerSecond: recordsPerSecond)
            switch self {
            case .stateless:
                records.sink(
                    kafka.sink(output) {
                        $1.setKey(String($0.prefix(1)))
                        $1.setValue($0)
                    })
            case .keyed:
                records.keyed { String($0.prefix(1)) }.fold(into: 0) { count, _ in count += 1 }.named("counts")
                    .sink(
                        kafka.sink(output) {
                            $1.setKey($0.key)
                            $1.setValue("\($0.key) \($0.value)")
                        })
            case .windowed:
                records.keyed { String($0.prefix(1)) }.window(.tumbling(of: .milliseconds(200)))
                    .fold(into: 0) { count, _ in count += 1 }.named("windows")
                    .sink(
                        kafka.sink(output) {
                            $1.setKey($0.key)
                            $1.setValue("\($0.key) \($0.window) \($0.value)")
                        })
            }
        }
    }

    /// Records to begin with.
    static func records(_ count: Int) -> [String] { (0..<count).map { "\($0 % 7),\($0 * 10)" } }

    /// Where a key's records are not in order, given all that a reader finds, partition by partition: records of one input
    /// partition by their time, running counts by their value, windows by their time.
    func inversions(in values: [String]) -> [String] {
        var last: [String: (position: Int64, value: String)] = [:]
        return values.compactMap { value in
            let words = value.split { $0 == " " || $0 == "," }
            let (lane, position) =
                switch self {
                // Even and odd records come from different partitions.
                case .stateless: ("\(words[0])/\((Int64(words[1]) ?? 0) / 10 % 2)", Int64(words[1]) ?? 0)
                case .keyed: (String(words[0]), Int64(words[1]) ?? 0)
                case .windowed: (String(words[0]), Self.time(words[1]))
                }
            defer { last[lane] = (position, value) }
            guard let before = last[lane], before.position >= position else { return nil }
            return "\(value) after \(before.value)"
        }
    }

    /// The digits of a window's start, down to milliseconds.
    private static func time(_ window: Substring) -> Int64 {
        let digits = window.prefix { $0 != "/" }.filter(\.isNumber)
        return Int64(digits + String(repeating: "0", count: max(0, 17 - digits.count))) ?? 0
    }

    /// What a reader of committed records finds at the end, in alphabetical order.
    func expected(_ records: [String]) -> [String] {
        let parts = records.map { $0.split(separator: ",") }
        switch self {
        case .stateless: return records.sorted()
        case .keyed:
            let counts = Dictionary(grouping: parts) { String($0[0]) }.mapValues(\.count)
            return counts.flatMap { key, count in (1...count).map { "\(key) \($0)" } }.sorted()
        case .windowed:
            let windows = Dictionary(grouping: parts) { "\($0[0]) \((Int64($0[1]) ?? 0) / 200 * 200)" }
            return windows.map { key, records in
                let words = key.split(separator: " ")
                let start = Timestamp(milliseconds: Int64(words[1]) ?? 0)
                let window = TimeWindow(start: start, end: Timestamp(milliseconds: start.milliseconds + 200))
                return "\(words[0]) \(window) \(records.count)"
            }.sorted()
        }
    }
}
