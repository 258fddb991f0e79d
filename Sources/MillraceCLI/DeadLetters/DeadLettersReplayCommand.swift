import ArgumentParser
import RDKafka

/// `millrace deadletters replay`: sends dead letters back to their topics.
struct DeadLettersReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends dead letters back to the topics that they came from.",
        discussion: """
            Without filters, everything is sent that was not sent yet: a consumer group keeps the position, and the position \
            moves in the transaction in which the records are sent, so that none is sent twice, however often the command is \
            run or killed. With filters, what they choose is sent in one transaction and the position stays: a second call \
            would send it again. Whoever reads the topics with read_committed sees all of a transaction or nothing.
            """)

    @OptionGroup var cluster: ClusterOptions

    @Option(help: "The dead-letter topic.")
    var topic: String

    @OptionGroup(title: "Filters") var filter: DeadLetterFilter

    @Option(help: ArgumentHelp("Send all to this topic (default: where each came from).", valueName: "topic"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            """
            A shell command, run for each record: the value is on its standard input, what it writes is the new value. If \
            it ends with another status than 0, the record is left out. Its environment has MILLRACE_KEY, MILLRACE_REASON \
            and MILLRACE_TOPIC.
            """, valueName: "command"))
    var through: String?

    @Option(help: "The consumer group that keeps the position (default: TOPIC-replay).")
    var group: String?

    @Flag(help: "Show what would be sent, and send nothing. The command of --through is run.")
    var dryRun = false

    @Flag(help: "Send what the filters select, although a second call would send it again.")
    var yes = false

    func validate() throws {
        if to == topic { throw ValidationError("--to \(topic) is the dead-letter topic itself: name another") }
        if group != nil, filter.isSelective {
            throw ValidationError("--group keeps the position of a replay without filters: leave one of the two away")
        }
        if through?.isEmpty == true { throw ValidationError("--through takes a command") }
    }

    func run() throws {
        try cluster.run {
            let source = try cluster.deadLetters(topic, group: group)
            defer { source.close() }
            let admin = try cluster.admin()
            let topics = try Set(admin.topics().keys)
            let preparation = ReplayPreparation(
                target: ReplayTarget(source: topic, named: to, topics: topics),
                through: through.map(ThroughCommand.init))
            if filter.isSelective { return try chosen(source, preparation) }
            try checkMembers(of: position, admin)
            try everything(source, preparation)
        }
    }

    // MARK: Without filters

    /// The group whose committed offsets are the position of the replay.
    private var position: String { group ?? DeadLettersCommand.defaultGroup(topic) }

    /// Throws if the group has members. A broker rejects the offsets of a transaction only if they come with an
    /// outdated member id (KIP-447). A replay commits without a member id, and members of the group would continue from
    /// their own positions.
    private func checkMembers(of group: String, _ admin: KafkaAdmin) throws {
        let count = try admin.memberCount(of: group)
        guard count == 0 else {
            throw CommandError(
                "group \(group) has members at work (\(count)), whose position a replay would move: stop them, or name "
                    + "another group with --group")
        }
    }

    private func everything(_ source: DeadLetterTopic, _ preparation: ReplayPreparation) throws {
        let group = position
        let replay = GroupReplay(
            topic: source, group: group, preparation: preparation, limit: filter.limit ?? .max)
        // Before the position is read, which is not known while a transaction with the group's offsets is open.
        let producer = dryRun ? nil : try producer(group)
        defer { producer?.close() }
        let spans = try replay.spans()
        var progress = ReplayProgress(isDryRun: dryRun)
        var positions = Dictionary(uniqueKeysWithValues: spans.map { ($0.partition, $0.first) })
        do {
            try replay.run(spans) { records, moved in
                try producer?.send(records, positions: moved, group: group)
                progress.sent(records)
                for position in moved { positions[position.partition] = position.offset }
            } leftOut: {
                progress.leftOut($0)
            }
        } catch {
            progress.interrupted()
            throw error
        }
        progress.end()
        if progress.report.isEmpty {
            return print("nothing is left to replay: group \(group) is at the end of \(topic)")
        }
        print(progress.report.text(isDryRun: dryRun))
        let places = positions.sorted { $0.key < $1.key }.map { "\($0.key) at \($0.value)" }.joined(separator: ", ")
        let behind = spans.reduce(0) { $0 + $1.end - (positions[$1.partition] ?? $1.end) }
        print(
            "group \(group) \(dryRun ? "would be" : "is") \(behind == 0 ? "at the end" : "\(behind) behind the end"): "
                + places)
    }

    // MARK: With filters

    private func chosen(_ source: DeadLetterTopic, _ preparation: ReplayPreparation) throws {
        let replay = ChosenReplay(topic: source, filter: filter, preparation: preparation)
        guard yes || dryRun else {
            let count = try replay.count()
            if count == 0 { return print("nothing in \(topic) matches the filters") }
            throw CommandError(
                "\(ReasonTally.records(count)) would be sent, and a second call would send them again, because with filters "
                    + "no position moves. Say --yes to send them, or --dry-run to see what would be sent")
        }
        var progress = ReplayProgress(isDryRun: dryRun)
        let records = try replay.records { progress.leftOut($0) }
        if !dryRun, !records.isEmpty {
            let producer = try producer("\(DeadLettersCommand.defaultGroup(topic))-chosen")
            defer { producer.close() }
            try producer.send(records)
        }
        progress.sent(records)
        progress.end()
        if progress.report.isEmpty { return print("nothing in \(topic) matches the filters") }
        print(progress.report.text(isDryRun: dryRun))
        if !dryRun { print("no position has moved: the same call would send them again") }
    }

    private func producer(_ transactionalID: String) throws -> ReplayProducer {
        try ReplayProducer(
            try cluster.configuration(), transactionalID: transactionalID, logger: cluster.logger)
    }
}
