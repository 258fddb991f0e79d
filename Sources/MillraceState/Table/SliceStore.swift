/// The stored entries of a table: one slice of one state, as far as it belongs to this task.
@usableFromInline
package struct SliceStore {
    package let reader: StateReader
    package let state: StateID
    @usableFromInline package let slice: Slice

    package init(
        reader: StateReader, state: StateID, slice: Slice
    ) {
        self.reader = reader
        self.state = state
        self.slice = slice
    }

    /// Calls `body` with hash, remainder and value of the stored entries of some hashes.
    @usableFromInline
    package func visit(
        _ hashes: ClosedRange<UInt64>, _ body: (UInt64, inout ByteReader, inout ByteReader) throws -> Void
    ) throws {
        try reader.visit(state, slice, hashes, body)
    }

    /// The last checkpoint that a look-up sees.
    @usableFromInline
    package var committed: UInt64 { reader.committed }
}
