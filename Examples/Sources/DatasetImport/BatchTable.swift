import Millrace
import MillraceJobs
import MillraceKafka

/// The first way: the planner publishes a job's batches; every instance takes some, and says what became of each; a ledger,
/// which one instance keeps while the others stand by, counts them, and decides at the last one.
enum BatchTable {
    static func worker(_ setting: Setting, _ table: FlightTable, name: String, delay: Int) -> Pipeline {
        let kafka = setting.kafka
        return Pipeline("\(setting.job)-worker-\(name)") { graph in
            graph.source(
                kafka.source(
                    setting.batches, decoding: .json(JobBatch<Flight>.self), group: "\(setting.job)-workers",
                    options: KafkaSourceOptions(membership: .group()))
            )
            .work(concurrency: 2, as: name) { batch in
                try await Task.sleep(for: .milliseconds(delay))
                try await table.add(batch.items)
                return []
            }
            .sink(kafka.sink(setting.events, jsonKeyedBy: \.job))
        }
    }

    static func ledger(_ setting: Setting, _ table: FlightTable) -> Pipeline {
        let kafka = setting.kafka
        let job = setting.job
        return Pipeline("\(job)-ledger") { graph in
            let ledger = graph.source(
                kafka.source(setting.events, decoding: .json(JobEvent.self), group: "\(job)-ledger")
            )
            .ledger { try await table.missing($0.job) }
            ledger.verdicts.sink(kafka.sink(setting.verdicts, jsonKeyedBy: \.job))
            ledger.statuses.sink(JobBoard(table.database).sink)
        }
    }
}
