import Foundation

extension DatabaseAddress {
    /// The environment variable for the database address, `MILLRACE_DATABASE`.
    ///
    /// Unlike command line arguments, the environment of a process cannot be read by other users of the machine.
    public static let variable = "MILLRACE_DATABASE"

    /// Returns the database address of a command line option or, without one, of the environment variable ``variable``.
    ///
    /// The option is a plain string, because an argument parser repeats a value that it cannot convert in its message,
    /// and an invalid address may contain a password.
    ///
    /// - Parameter option: The value of the option; `nil` if it was not given.
    /// - Returns: The address.
    /// - Throws: ``DatabaseNotNamed`` if neither is set, or the text is not a database address.
    public static func named(_ option: String?) throws -> DatabaseAddress {
        let inEnvironment = ProcessInfo.processInfo.environment[variable]
        guard let text = option ?? inEnvironment else {
            throw DatabaseNotNamed(problem: "Give --database or \(variable): \(expected)")
        }
        guard let address = DatabaseAddress(text) else {
            throw DatabaseNotNamed(
                problem:
                    "The value of \(option == nil ? variable : "--database") is not a database: expected \(expected)"
            )
        }
        return address
    }
}

/// The error for a missing or invalid database address.
///
/// ```swift
/// struct Import: ParsableCommand {
///     @Option var database: String?
///
///     func validate() throws {
///         do { _ = try DatabaseAddress.named(database) } catch { throw ValidationError("\(error)") }
///     }
/// }
/// ```
public struct DatabaseNotNamed: Error, CustomStringConvertible {
    let problem: String
    public var description: String { problem }
}
