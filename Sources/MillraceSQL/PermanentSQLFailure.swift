public import Millrace

/// A database failure that a restart of the pipeline cannot resolve. It ends the run.
public struct PermanentSQLFailure: PermanentFailure, CustomStringConvertible {
    /// The error of the database.
    public let error: SQLError

    public var description: String { error.description }
}
