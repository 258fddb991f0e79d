import ArgumentParser

/// `millrace deadletters list`: lists the records of a dead-letter topic.
struct DeadLettersListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the records of a dead-letter topic: where each came from, and why and when it was given up.")

    @OptionGroup var cluster: ClusterOptions

    @Option(help: "The dead-letter topic.")
    var topic: String

    @OptionGroup(title: "Filters") var filter: DeadLetterFilter

    @Flag(help: "Show only the number of records for each reason.")
    var byReason = false

    @Flag(help: "One JSON object a line, with everything that is known.")
    var json = false

    /// The number of lines after which a new table begins, so that memory stays bounded.
    private static let rows = 1000

    func run() throws {
        try cluster.run {
            let source = try cluster.deadLetters(topic)
            defer { source.close() }
            var tally = ReasonTally()
            var table = DeadLetterTable()
            var note = ProgressNote()
            var read: Int64 = 0
            func passed() {
                read += 1
                note.show("\(TextTable.grouped(read)) records read")
            }
            try filter.read(source, passed: passed) { letter in
                tally.add(letter)
                if byReason { return }
                if json { return print(try JSONLine.text(DeadLetterJSON(letter))) }
                table.add(letter)
                if table.count == Self.rows {
                    print(table.text(width: TerminalWidth.current))
                    table = DeadLetterTable()
                }
            }
            note.end()
            if table.count > 0 { print(table.text(width: TerminalWidth.current)) }
            try finish(tally, read: read)
        }
    }

    private func finish(_ tally: ReasonTally, read: Int64) throws {
        if json {
            if byReason { for line in try tally.json() { print(line) } }
            return
        }
        guard tally.total > 0 else {
            return print(
                read == 0
                    ? "nothing is in \(topic)" : "none of \(TextTable.grouped(read)) records of \(topic) matches")
        }
        print(byReason ? tally.table(width: TerminalWidth.current) : "\n\(tally.summary())")
        if !tally.hasDeadLetters {
            print("None of them has headers of a dead letter (millrace-...): is \(topic) a dead-letter topic?")
        }
    }
}

extension ClusterOptions {
    /// Opens a dead-letter topic.
    ///
    /// - Parameter group: the group whose offsets are read. Default: `DeadLettersCommand.defaultGroup`.
    func deadLetters(_ topic: String, group: String? = nil) throws -> DeadLetterTopic {
        try DeadLetterTopic(
            topic, try configuration(), group: group ?? DeadLettersCommand.defaultGroup(topic), logger: logger)
    }
}

extension DeadLettersCommand {
    /// The name of the default group, whose committed offsets state what was replayed.
    static func defaultGroup(_ topic: String) -> String { "\(topic)-replay" }
}
