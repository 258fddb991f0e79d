import ArgumentParser
import Millrace
import MillraceJSON
import MillraceJobs
import RDKafka

/// `plan`: says what a job is, and hands out its work.
struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plans a job: what is required, and the work to be done.")

    @OptionGroup var setting: Setting

    @Option(help: "Folder of CSV files.")
    var input = "Examples/Data/flights"

    @Option(help: "Flights.")
    var limit = 20_000

    @Option(help: "Flights a batch.")
    var size = 250

    @Option(help: "The number of a flight that is to lack its distance, so that the table refuses it.")
    var poison: Int?

    @Option(help: "Seconds after which the job has failed if it is not completed.")
    var deadline = 300.0

    @Flag(help: "Only what is still missing, as the job's next attempt.")
    var resume = false

    func run() async throws {
        let table = try setting.table()
        try await table.create()
        let board = JobBoard(table.database)
        var flights = try await Flight.read(input, limit: limit, poison: poison)
        let known = try await board.status(of: setting.job)
        var attempt = 1
        if resume {
            guard let known else { throw ValidationError("there is no job '\(setting.job)' to resume") }
            attempt = known.attempt + 1
            let there = try await table.identifiers
            flights.removeAll { there.contains($0.id) }
        } else if known != nil {
            throw ValidationError("job '\(setting.job)' was planned already: give another --job, or --resume")
        }
        let now = SystemClock().wallTime
        let ends = now.advanced(by: .seconds(deadline))
        try await table.require(flights, job: setting.job)
        let posts = try Posts(setting)
        switch setting.way {
        case .batchTable:
            let batches = JobBatch.batches(of: flights, size: size, job: setting.job, attempt: attempt)
            try posts.createTopics([(setting.batches, 6), (setting.events, 1), (setting.verdicts, 1)])
            // The plan first: a ledger that hears of a batch before its plan only waits, but progress is told sooner.
            let plan = JobPlan(batches: batches.count, plannedAt: now, deadline: ends)
            try posts.send([JobEvent.planned(setting.job, attempt: attempt, plan)], to: setting.events)
            try posts.send(batches, to: setting.batches)
            print("job \(setting.job), attempt \(attempt): \(flights.count) flights in \(batches.count) batches")
        case .awaitAndPoll:
            try posts.createTopics([(setting.rows, 6)])
            try await board.note(
                JobStatus(
                    job: setting.job, attempt: attempt, phase: .running, total: flights.count, done: 0, failed: 0,
                    plannedAt: now.milliseconds, deadline: ends.milliseconds, updatedAt: now))
            try posts.send(flights, to: setting.rows)
            print("job \(setting.job): \(flights.count) flights")
        case .singleLoop:
            print("job \(setting.job): \(flights.count) flights, to be read from \(input) by one process")
        }
        posts.close()
    }
}

/// Sends JSON documents to topics.
struct Posts {
    private let admin: KafkaAdmin
    private let producer: KafkaProducer
    private let encoder = JSONRecordEncoder()

    init(_ setting: Setting) throws {
        let configuration = KafkaConfiguration(brokers: setting.brokers)
        admin = try KafkaAdmin(configuration, logger: setting.logger)
        producer = try KafkaProducer(configuration, logger: setting.logger)
    }

    func createTopics(_ topics: [(String, Int)]) throws {
        let known = try admin.topics()
        for (name, partitions) in topics where known[name] == nil {
            try admin.createTopic(name, partitions: partitions)
        }
    }

    func send(_ documents: [some Encodable], to topic: String) throws {
        let partitions = try admin.topics()[topic] ?? 1
        var bytes: [UInt8] = []
        for (number, document) in documents.enumerated() {
            bytes.removeAll(keepingCapacity: true)
            try encoder.encode(document, into: &bytes)
            try bytes.withUnsafeBytes {
                try producer.produce(topic, partition: Int32(number % partitions), key: nil, value: $0)
            }
        }
        try producer.flush(timeout: .seconds(30))
    }

    func close() { producer.close() }
}
