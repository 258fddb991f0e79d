/// A database whose transactions note what they commit.
struct Ledger {
    func lastCommit() throws -> (folder: String, checkpoint: UInt64)? { elided() }
}

let ledger: Ledger = elided()
