import Foundation

extension DatabaseAddress {
    /// What names the database where a command line does not: everybody on the machine can read its arguments, nobody else
    /// its environment.
    public static let variable = "MILLRACE_DATABASE"

    /// The database that an option names, or else the environment.
    ///
    /// Options take it as a plain text: what an argument parser cannot convert it repeats in its message, and a text that is
    /// no address may be a password.
    ///
    /// - Throws: `DatabaseNotNamed`.
    public static func named(_ option: String?) throws -> DatabaseAddress {
        let inEnvironment = ProcessInfo.processInfo.environment[variable]
        guard let text = option ?? inEnvironment else {
            throw DatabaseNotNamed(problem: "Give --database or \(variable): \(expected)")
        }
        guard let address = DatabaseAddress(text) else {
            throw DatabaseNotNamed(
                problem: "What \(option == nil ? variable : "--database") names is not a database: expected \(expected)"
            )
        }
        return address
    }
}

/// No database is named, or none that can be understood.
public struct DatabaseNotNamed: Error, CustomStringConvertible {
    let problem: String
    public var description: String { problem }
}
