import ArgumentParser

/// `millrace deadletters show`: shows one record in full.
struct DeadLettersShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one record of a dead-letter topic in full.")

    @OptionGroup var cluster: ClusterOptions

    @Option(help: "The dead-letter topic.")
    var topic: String

    @Option(help: "The partition.")
    var partition: Int32

    @Option(help: "The offset.")
    var offset: Int64

    @Flag(help: "One JSON object, with everything that is known.")
    var json = false

    func run() throws {
        try cluster.run {
            let source = try cluster.deadLetters(topic)
            defer { source.close() }
            let letter = try source.record(partition, offset)
            print(json ? try JSONLine.text(DeadLetterJSON(letter)) : DeadLetterSheet(letter).text)
        }
    }
}

extension DeadLetterTopic {
    /// Returns the record at an offset. Throws an error that states the range of offsets if there is none.
    func record(_ partition: Int32, _ offset: Int64) throws -> DeadLetterRecord {
        let whole = try span(of: partition)
        var found: DeadLetterRecord?
        if offset >= whole.first, offset < whole.end {
            try read(Span(partition: whole.partition, first: offset, end: offset + 1)) { letter in
                if letter.offset == offset { found = letter }
                return false
            }
        }
        guard let found else {
            throw CommandError(
                "there is no record \(whole.partition)/\(offset): "
                    + (whole.isEmpty
                        ? "the partition is empty"
                        : "the partition has offsets \(whole.first) to \(whole.end - 1), some of which are markers of "
                            + "transactions, or records that were taken back or removed"))
        }
        return found
    }
}
