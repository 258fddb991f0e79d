import ArgumentParser
import Foundation
import KafkaTestBroker
import Logging
import MillraceJSON
import RDKafka

/// Posts the jobs, starts the workers, kills one, and counts.
struct Demonstration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "The whole demonstration.")

    @Option(help: "A cluster, host:port (default: a broker of its own, in memory).")
    var brokers: String?

    @Option(help: "Jobs.")
    var jobs = 3000

    @Option(help: "Worker processes.")
    var workers = 3

    @Option(help: "Milliseconds that a job takes.")
    var milliseconds = 5

    func validate() throws {
        if jobs < 1 { throw ValidationError("--jobs must be at least 1, got \(jobs)") }
        if workers < 2 { throw ValidationError("--workers must be at least 2, got \(workers): one of them is killed") }
    }

    func run() async throws {
        let broker = brokers == nil ? try await KafkaTestBroker.start() : nil
        let board = JobBoard(address: brokers ?? broker?.address ?? "")
        try board.post(jobs, partitions: workers * 2)
        print("\(jobs) jobs of \(milliseconds) ms posted to \(board.jobs), \(workers) workers")
        var processes = try (1...workers).map { try start("worker-\($0)", board) }
        defer { for process in processes { process.terminate() } }
        let begin = ContinuousClock.now
        var killed = false
        var last = 0
        let reader = try board.reader()
        while reader.doneJobs < jobs {
            try await Task.sleep(for: .milliseconds(500))
            try reader.readOn()
            if reader.doneJobs != last { print("  \(reader.doneJobs) done") }
            last = reader.doneJobs
            if !killed, reader.doneJobs > jobs / 3 {
                killed = true
                kill(processes[0].processIdentifier, SIGKILL)
                print("  worker-1 is killed")
                processes.removeFirst()
            }
            guard begin.duration(to: .now) < .seconds(300) else { throw ExitCode.failure }
        }
        for process in processes { process.terminate() }
        for process in processes { process.waitUntilExit() }
        try reader.readOn()
        for (worker, count) in reader.byWorker.sorted(by: { $0.key < $1.key }) { print("  \(worker): \(count) jobs") }
        print("every one of \(jobs) jobs is done, \(reader.repeated) of them more than once")
        try await broker?.stop()
        if reader.repeated > 0 { throw ExitCode.failure }
    }

    private func start(_ name: String, _ board: JobBoard) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "worker", "--brokers", board.address, "--jobs", board.jobs, "--done", board.done, "--name", name,
            "--milliseconds", "\(milliseconds)",
        ]
        try process.run()
        return process
    }
}

/// The two topics: what is to be done, and what was.
struct JobBoard {
    let address: String
    let jobs: String
    let done: String
    private let logger: Logger

    init(address: String) {
        self.address = address
        let name = UUID().uuidString.prefix(8).lowercased()
        jobs = "jobs-\(name)"
        done = "done-\(name)"
        var logger = Logger(label: "fan-out")
        logger.logLevel = .error
        self.logger = logger
    }

    func post(_ count: Int, partitions: Int) throws {
        let configuration = KafkaConfiguration(brokers: address)
        let admin = try KafkaAdmin(configuration, logger: logger)
        try admin.createTopic(jobs, partitions: partitions)
        try admin.createTopic(done, partitions: 1)
        let producer = try KafkaProducer(configuration, logger: logger)
        defer { producer.close() }
        for job in 0..<count {
            try Array("\(job)".utf8).withUnsafeBytes {
                try producer.produce(jobs, partition: Int32(job % partitions), key: nil, value: $0)
            }
        }
        try producer.flush(timeout: .seconds(30))
    }

    func reader() throws -> DoneReader { try DoneReader(address, done, logger) }
}

/// Reads what was done, and for good (`read_committed`).
final class DoneReader {
    private let consumer: KafkaConsumer
    private let queue: PartitionQueue
    private let decoder: JSONRecordDecoder
    private var counts: [Int: Int] = [:]
    private(set) var byWorker: [String: Int] = [:]

    init(_ address: String, _ topic: String, _ logger: Logger) throws {
        consumer = try KafkaConsumer(KafkaConfiguration(brokers: address), group: "fan-out-reader", logger: logger)
        let place = TopicPartition(topic, 0)
        queue = try consumer.queue(of: place)
        try consumer.assign([CommittedOffset(place, 0)])
        decoder = try JSONRecordDecoder()
    }

    var doneJobs: Int { counts.count }
    var repeated: Int { counts.values.count { $0 > 1 } }

    func readOn() throws {
        while true {
            switch queue.head {
            case .nothing: return
            case .end: queue.advance()
            case .failure(let error): throw error
            case .record(let message):
                if let value = message.value {
                    let done = try decoder.decode(Done.self, from: value)
                    counts[done.job, default: 0] += 1
                    byWorker[done.worker, default: 0] += 1
                }
                queue.advance()
            }
        }
    }
}
