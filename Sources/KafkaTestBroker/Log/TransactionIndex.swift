/// Which transactions of a partition are open, and which were aborted.
struct TransactionIndex {
    struct Aborted: Equatable {
        let producerID: Int64
        let first: Int64
        /// Of its marker.
        let last: Int64
    }

    private(set) var open: [Int64: Int64] = [:]
    private(set) var aborted: [Aborted] = []

    /// The first offset that a `read_committed` reader may not see; `nil` if nothing is open.
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

    /// The aborted transactions that a reader of these offsets has to know of.
    func aborted(in offsets: Range<Int64>) -> [Aborted] {
        aborted.filter { $0.last >= offsets.lowerBound && $0.first < offsets.upperBound }
    }

    mutating func forget(before offset: Int64) { aborted.removeAll { $0.last < offset } }
}
