import Millrace
import MillraceKafka

/// A way of committing offsets, and what is to be expected of it.
struct CommitWay: Sendable {
    let name: String
    let delivery: DeliveryGuarantee
    let commits: KafkaCommits
    let why: String

    static let all = [
        CommitWay(
            name: "at-most-once", delivery: .atMostOnce, commits: .onCheckpoint,
            why: "committed before they are handled: what was fetched together with the crash is gone"),
        CommitWay(
            name: "periodic, 5 s", delivery: .atLeastOnce, commits: .periodic(.seconds(5)),
            why: "the crash came before the first commit: everything is handled again"),
        CommitWay(
            name: "per batch", delivery: .atLeastOnce, commits: .perBatch,
            why: "the batch in hand was not committed: its first records are handled again"),
        CommitWay(
            name: "per record", delivery: .atLeastOnce, commits: .perRecord,
            why: "every handled record is committed; a crash between the two would repeat one"),
        CommitWay(
            name: "on checkpoint, 100 ms", delivery: .atLeastOnce, commits: .onCheckpoint,
            why: "what was handled since the last checkpoint is handled again"),
    ]
}
