public import Millrace

/// The writer of a ``TableSink`` in one task, which collects the rows between two checkpoints.
///
/// A sink of your own can wrap it, here to leave out records:
///
/// ```swift
/// struct PaidOrdersWriter: SinkWriter {
///     var rows: TableWriter<Order>
///
///     mutating func write(_ order: Order, at time: Timestamp) throws {
///         if order.total > 0 { try rows.write(order, at: time) }
///     }
///     mutating func prepare(_ checkpoint: CheckpointNumber) -> [UInt8]? { rows.prepare(checkpoint) }
///     mutating func close() { rows.close() }
/// }
/// ```
public struct TableWriter<Input: Sendable>: SinkWriter {
    private let sink: TableSink<Input>
    private let context: SinkContext
    private let rule: ConflictRule
    private let rows = RowBuffer()

    /// The size of the collected rows, in bytes, at which an early checkpoint is requested.
    private static var earlyCheckpoint: Int { 16 << 20 }

    init(_ sink: TableSink<Input>, _ context: SinkContext) {
        self.sink = sink
        self.context = context
        rule = sink.mode.conflictRule
    }

    public mutating func write(_ record: Input, at time: Timestamp) throws {
        let row = try sink.row(record)
        try check(row)
        rows.append(row)
        if rows.byteCount >= Self.earlyCheckpoint { context.requestCheckpoint() }
    }

    /// Throws a `SinkError` for a row that the table cannot hold: here, where the record is known, and not when its
    /// checkpoint is stored.
    private func check(_ row: [SQLValue]) throws {
        guard row.count == sink.columns.count else {
            throw SinkError(
                "\(sink.summary): a row has \(row.count) values for the columns \(sink.columns.joined(separator: ", "))",
                advice: "Give a value for each column, nil for NULL")
        }
        do { try rule.check(row, columns: sink.columns) } catch {
            throw SinkError("\(sink.summary): \(error.problem)", advice: error.advice)
        }
        for (index, value) in row.enumerated() {
            guard let objection = sink.database.objection(to: value) else { continue }
            throw SinkError(
                "\(sink.summary): column \(sink.columns[index]): \(objection): \(value)",
                advice: "Leave the value out or write it in another form, such as a blob")
        }
    }

    public mutating func prepare(_ checkpoint: CheckpointNumber) -> [UInt8]? {
        if rows.count == 0 { return nil }
        defer { rows.removeAll() }
        switch sink.mode {
        case .insert:
            return TableEpoch.encoded(run: context.run, columns: sink.columns, rows: rows)
        case .upsert:
            return sink.memory.keep(rows.batch(columns: sink.columns))
        }
    }

    public mutating func close() { rows.removeAll() }
}
