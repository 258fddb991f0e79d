import Millrace
import MillraceFiles
import Synchronization

/// Where a query's rows go.
struct Results {
    enum Place {
        /// JSON Lines in a directory.
        case directory(String)
        /// They are counted.
        case count(RowCount)
    }

    let place: Place

    func write<Row: Encodable & Sendable>(_ rows: Stream<Row>) {
        switch place {
        case .directory(let path): rows.sink(.jsonLines(directory: path), name: "results")
        case .count(let count): rows.sink(CountingSink(total: count), name: "results")
        }
    }
}

final class RowCount: Sendable {
    private let count = Mutex(0)
    func add(_ more: Int) { count.withLock { $0 += more } }
    var value: Int { count.withLock { $0 } }
}

/// Counts rows, a task at a time.
struct CountingSink<Row: Sendable>: Sink {
    let total: RowCount
    var summary: String { "a count" }

    func open(_ context: SinkContext) -> Writer { Writer(total: total) }

    struct Writer: SinkWriter {
        let total: RowCount
        var count = 0
        mutating func write(_ row: Row, at time: Timestamp) { count += 1 }
        mutating func close() { total.add(count) }
    }
}
