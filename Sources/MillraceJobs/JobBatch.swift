/// A part of a job that one call of a worker processes. Any worker instance may process it.
///
/// ```swift
/// let rows = [Row(id: 1), Row(id: 2), Row(id: 3)]
/// let batches = JobBatch.batches(of: rows, size: 2, job: "flights")    // two batches, with two rows and one
/// graph.source(.memory([batches])).sink(kafka.sink("job-batches", jsonKeyedBy: { "\($0.job)/\($0.number)" }))
/// ```
public struct JobBatch<Item: Codable & Sendable>: Codable, Sendable {
    /// The name of the job.
    public var job: String
    /// The attempt at the job, counted from 1. A job that is resumed has the next number.
    public var attempt: Int
    /// The number of the batch within the attempt, counted from 0.
    public var number: Int
    /// The items to process.
    public var items: [Item]

    /// Creates a batch.
    ///
    /// - Parameters:
    ///   - job: The name of the job.
    ///   - attempt: The attempt at the job, counted from 1. Default: 1.
    ///   - number: The number of the batch within the attempt, counted from 0.
    ///   - items: The items to process.
    public init(job: String, attempt: Int = 1, number: Int, items: [Item]) {
        self.job = job
        self.attempt = attempt
        self.number = number
        self.items = items
    }

    /// Splits the items of a job into batches.
    ///
    /// - Parameters:
    ///   - items: The items of the job.
    ///   - size: The number of items per batch; values below 1 are treated as 1. The last batch may be smaller.
    ///   - job: The name of the job.
    ///   - attempt: The attempt at the job, counted from 1. Default: 1.
    /// - Returns: The batches, numbered from 0; none if there are no items.
    public static func batches(of items: [Item], size: Int, job: String, attempt: Int = 1) -> [JobBatch] {
        let size = max(size, 1)
        return stride(from: 0, to: items.count, by: size).enumerated().map { number, start in
            JobBatch(
                job: job, attempt: attempt, number: number,
                items: Array(items[start..<min(start + size, items.count)]))
        }
    }
}
