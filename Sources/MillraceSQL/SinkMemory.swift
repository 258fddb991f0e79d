import Foundation
import Logging
import Millrace
import Synchronization

/// The mutable state of a table sink: the rows between `prepare` and `makeDurable`, the owner, and the logger.
final class SinkMemory: Sendable {
    private struct State {
        var logger = Logger(label: "millrace")
        /// The identifier of this run in the checkpoint table; `nil` before the run has started.
        var owner: String?
        var book: CheckpointBook?
        var kept: [UInt64: RowBatch] = [:]
        var last: UInt64 = 0
        var countSkipped: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    var logger: Logger { state.withLock { $0.logger } }

    /// Sets the function that counts a skipped row in the run's status.
    func countSkipped(with count: @escaping @Sendable () -> Void) { state.withLock { $0.countSkipped = count } }

    func countSkippedRow() { state.withLock { $0.countSkipped }() }

    /// Begins an attempt, and discards rows that an earlier attempt prepared and did not write, since they are produced
    /// again. Returns the identifier of the run.
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

    /// Checks within a transaction that this run may still write, and locks out other runs until the transaction ends.
    ///
    /// - Parameter checkpoint: The checkpoint whose rows the transaction upserts.
    func confirmOwner(_ checkpoint: CheckpointNumber = .none, in session: any SQLSession) throws {
        let (owner, book) = state.withLock { ($0.owner, $0.book) }
        if let owner, let book { try book.confirm(owner, checkpoint, in: session) }
    }

    /// Keeps rows that need not be stored with the checkpoint; the returned bytes identify them.
    func keep(_ rows: RowBatch) -> [UInt8] {
        let number = state.withLock { state in
            state.last += 1
            state.kept[state.last] = rows
            return state.last
        }
        return [Self.format] + withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
    }

    /// The format byte, which differs from that of stored rows (`TableEpoch`).
    private static let format: UInt8 = 0

    static func number(in description: [UInt8]) -> UInt64? {
        guard description.count == 9, description.first == format else { return nil }
        return description.dropFirst().reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func rows(_ number: UInt64) -> RowBatch? { state.withLock { $0.kept[number] } }

    func forget(_ number: UInt64) { state.withLock { _ = $0.kept.removeValue(forKey: number) } }
}
