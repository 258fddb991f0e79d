public import Millrace

/// A database failure that a restart of the pipeline cannot resolve. It ends the run.
///
/// ```swift
/// do {
///     try await pipeline.run(options)
/// } catch let failure as PermanentSQLFailure {    // at the start
///     print("The table does not fit: \(failure)")
/// } catch PipelineError.failed(_, _, _, let failure as PermanentSQLFailure) {    // while it runs
///     print("A row was refused: \(failure.error.place.row ?? [])")
/// }
/// ```
public struct PermanentSQLFailure: PermanentFailure, CustomStringConvertible {
    /// The error of the database.
    public let error: SQLError

    public var description: String { error.description }
}
