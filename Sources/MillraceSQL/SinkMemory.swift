import Foundation
import Logging
import Millrace
import Synchronization

/// What a table sink keeps between `prepare` and `makeDurable`, and where it logs.
final class SinkMemory: Sendable {
    private struct State {
        var logger = Logger(label: "millrace")
        /// This run as the database knows it; `nil` before one has begun.
        var owner: String?
        var book: CheckpointBook?
        var kept: [UInt64: RowBatch] = [:]
        var last: UInt64 = 0
        var countSkipped: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    var logger: Logger { state.withLock { $0.logger } }

    /// How a row that is left out is counted in the run's status.
    func countSkipped(with count: @escaping @Sendable () -> Void) { state.withLock { $0.countSkipped = count } }

    func countSkippedRow() { state.withLock { $0.countSkipped }() }

    /// An attempt begins: what an earlier one prepared and did not write comes again. Returns who the run is.
    func begin(_ run: SinkRun) -> String {
        state.withLock { state in
            state.logger = run.logger
            if run.isRestart { state.kept = [:] }
            let owner = (run.isRestart ? state.owner : nil) ?? UUID().uuidString
            state.owner = owner
            state.book = CheckpointBook(pipeline: run.pipeline, sink: run.operatorID)
            return owner
        }
    }

    /// Makes sure, in a transaction, that this run may still write, and that nobody else does meanwhile.
    ///
    /// - Parameter checkpoint: whose rows the transaction writes by their keys.
    func confirmOwner(_ checkpoint: CheckpointNumber = .none, in session: any SQLSession) throws {
        let (owner, book) = state.withLock { ($0.owner, $0.book) }
        if let owner, let book { try book.confirm(owner, checkpoint, in: session) }
    }

    /// Keeps rows that need not be stored with the checkpoint; the bytes name them.
    func keep(_ rows: RowBatch) -> [UInt8] {
        let number = state.withLock { state in
            state.last += 1
            state.kept[state.last] = rows
            return state.last
        }
        return [Self.format] + withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
    }

    /// Tells it from the formats of rows (`TableEpoch`).
    private static let format: UInt8 = 0

    static func number(in description: [UInt8]) -> UInt64? {
        guard description.count == 9, description.first == format else { return nil }
        return description.dropFirst().reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func rows(_ number: UInt64) -> RowBatch? { state.withLock { $0.kept[number] } }

    func forget(_ number: UInt64) { state.withLock { _ = $0.kept.removeValue(forKey: number) } }
}
