import Millrace
import MillraceJobs

/// The third way: one process works the job off from beginning to end, in order, with the same ledger inside; the others
/// stand by. The exit code is the verdict.
enum SingleLoop {
    static func pipeline(
        _ setting: Setting, _ table: FlightTable, _ flights: [Flight], size: Int, delay: Int
    ) -> Pipeline {
        let job = setting.job
        return Pipeline("\(job)-loop") { graph in
            let batches = JobBatch.batches(of: flights, size: size, job: job)
            let plan = JobEvent.planned(job, JobPlan(batches: batches.count, plannedAt: SystemClock().wallTime))
            let events = graph.source(.memory([batches]), name: "batches")
                .work { batch in
                    try await Task.sleep(for: .milliseconds(delay))
                    try await table.add(batch.items)
                    return []
                }
            let ledger = graph.merge(graph.source(.memory([[plan]]), name: "plan"), events)
                .ledger { try await table.missing($0.job) }
            ledger.verdicts.forEach { print($0.summary) }
            ledger.statuses.sink(JobBoard(table.database).sink)
        }
    }
}
