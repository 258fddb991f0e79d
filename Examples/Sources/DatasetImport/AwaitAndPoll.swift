import Millrace
import MillraceJobs
import MillraceKafka
import ServiceLifecycle

/// The second way: rows are worked off in batches as they come; nobody counts. Coordinators ask the database from time to
/// time what is still missing, and the first that finds nothing outstanding notes the verdict.
enum AwaitAndPoll {
    static func worker(_ setting: Setting, _ table: FlightTable, name: String, delay: Int) -> Pipeline {
        let kafka = setting.kafka
        let job = setting.job
        return Pipeline("\(job)-worker-\(name)") { graph in
            let rejected = graph.sideOutput("rejected", of: DeadLetter<Flight>.self)
            graph.source(
                kafka.source(
                    setting.rows, decoding: .json(Flight.self), group: "\(job)-workers",
                    options: KafkaSourceOptions(membership: .group()))
            )
            .batches(
                of: 200, within: .milliseconds(200), concurrency: 2, onError: .deadLetter(to: rejected),
                options: .init(acknowledgement: .perRecord)
            ) { batch in
                try await Task.sleep(for: .milliseconds(delay))
                try await table.add(batch)
                return .succeeded
            }
            .forEach { _ in }
            rejected.stream.forEachAsync { try await table.reject($0.record, job: job, reason: $0.reason) }.forEach {
                _ in
            }
        }
    }

    /// Asks, and decides.
    struct Coordinator: Service {
        let setting: Setting
        let table: FlightTable

        func run() async throws {
            let board = JobBoard(table.database)
            let (job, table) = (setting.job, table)
            guard let status = try await board.status(of: job), let planned = status.plannedAt else { return }
            let poll = JobPoll(
                job: job, every: .seconds(setting.poll),
                deadline: status.deadline.map { Timestamp(milliseconds: $0) })
            let verdict = try await cancelWhenGracefulShutdown {
                try await poll.verdict(onProgress: { progress in
                    let required = progress.required ?? 0
                    let now = SystemClock().wallTime
                    // Only as long as nobody has decided.
                    if let known = try? await board.status(of: job), known.phase == .running {
                        try? await board.note(
                            JobStatus(
                                job: job, attempt: 1, phase: .running, total: required,
                                done: required - progress.missing.count, failed: progress.failures.count,
                                plannedAt: planned, deadline: status.deadline, updatedAt: now))
                    }
                }) { try await table.progress(job) }
            }
            if try await board.decide(verdict) { print(verdict.summary) }
        }
    }
}
