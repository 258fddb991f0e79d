/// A piece of a job: what one call of a worker does, given to whichever instance takes it.
public struct JobBatch<Item: Codable & Sendable>: Codable, Sendable {
    /// The job's name.
    public var job: String
    /// Which attempt at the job it belongs to, from 1; a job that is resumed has the next.
    public var attempt: Int
    /// Its number within the attempt, from 0.
    public var number: Int
    /// What is to be done.
    public var items: [Item]

    /// All parts.
    public init(job: String, attempt: Int = 1, number: Int, items: [Item]) {
        self.job = job
        self.attempt = attempt
        self.number = number
        self.items = items
    }

    /// Cuts a job's items into batches of `size`, one at least.
    public static func batches(of items: [Item], size: Int, job: String, attempt: Int = 1) -> [JobBatch] {
        let size = max(size, 1)
        return stride(from: 0, to: items.count, by: size).enumerated().map { number, start in
            JobBatch(
                job: job, attempt: attempt, number: number,
                items: Array(items[start..<min(start + size, items.count)]))
        }
    }
}
