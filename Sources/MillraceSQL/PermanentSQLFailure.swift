public import Millrace

/// A failure of a database that no restart of the pipeline mends.
public struct PermanentSQLFailure: PermanentFailure, CustomStringConvertible {
    /// What the database said.
    public let error: SQLError

    public var description: String { error.description }
}
