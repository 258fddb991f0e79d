import MillraceKafka

/// Where dead letters go: back to where they came from, or to one topic that was named.
struct ReplayTarget {
    /// The dead-letter topic.
    let source: String
    /// Where all of them go; `nil`: back.
    let named: String?
    /// The topics that there are. A topic that is not there is not made by sending to it: its name may be a mistake.
    let topics: Set<String>

    func topic(of letter: DeadLetterRecord) throws -> String {
        guard let topic = named ?? letter.originTopic else {
            throw CommandError(
                "\(letter.name) does not say where it came from (no header \(DeliveryHeader.topic)): say where it is to "
                    + "go with --to TOPIC, or choose others with filters")
        }
        guard topic != source else {
            throw CommandError(
                "\(letter.name) would go to \(source), where it is already: say where it is to go with --to TOPIC")
        }
        guard topics.contains(topic) else {
            throw CommandError(
                "\(letter.name) would go to topic \(ShownBytes.printable(topic)), which is not there: make it, or say "
                    + "with --to where it is to go")
        }
        return topic
    }
}
