/// The open and the aborted transactions of a partition.
struct TransactionIndex {
    struct Aborted: Equatable {
        let producerID: Int64
        let first: Int64
        /// The offset of the marker.
        let last: Int64
    }

    private(set) var open: [Int64: Int64] = [:]
    private(set) var aborted: [Aborted] = []

    /// The first offset of an open transaction, at which `read_committed` readers stop; `nil` if none is open.
    var firstOpen: Int64? { open.values.min() }

    mutating func note(_ batch: RecordBatch) {
        guard batch.isTransactional else { return }
        if batch.isControl {
            guard let first = open.removeValue(forKey: batch.producerID) else { return }
            if !batch.commitsTransaction {
                aborted.append(Aborted(producerID: batch.producerID, first: first, last: batch.baseOffset))
            }
        } else if open[batch.producerID] == nil {
            open[batch.producerID] = batch.baseOffset
        }
    }

    /// Returns the aborted transactions that a reader of these offsets has to skip.
    func aborted(in offsets: Range<Int64>) -> [Aborted] {
        aborted.filter { $0.last >= offsets.lowerBound && $0.first < offsets.upperBound }
    }

    mutating func forget(before offset: Int64) { aborted.removeAll { $0.last < offset } }
}
