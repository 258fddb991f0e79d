import MillraceKafka

/// The topics to which dead letters are sent: their original ones, or a given one.
struct ReplayTarget {
    /// The dead-letter topic.
    let source: String
    /// The topic for all records; `nil` for the original topics.
    let named: String?
    /// All existing topics. Records for other topics are rejected, as sending might create a topic with a mistyped
    /// name.
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
