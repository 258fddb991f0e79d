import ArgumentParser
import Foundation
import Logging
import Millrace
import RDKafka

/// The options for connecting to a Kafka cluster.
struct ClusterOptions: ParsableArguments {
    @Option(help: "Brokers, host:port, separated by commas.")
    var brokers = "localhost:9092"

    @Option(
        name: .customShort("X"),
        help: ArgumentHelp("A setting of librdkafka; may be repeated.", valueName: "name=value"))
    var settings: [String] = []

    @Option(
        help: """
            A file of settings, name=value a line, # for comments: where passwords belong. Also named by the environment \
            variable MILLRACE_KAFKA_CONFIG.
            """)
    var config: String?

    func configuration() throws -> KafkaConfiguration {
        var configuration = KafkaConfiguration(brokers: brokers)
        if let path = config ?? ProcessInfo.processInfo.environment["MILLRACE_KAFKA_CONFIG"] {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw CommandError(
                    "the settings file \(path) cannot be read: see that it is there, and that it is text")
            }
            for (name, value) in try Self.settings(of: text, in: path) { configuration[name] = value }
        }
        for setting in settings {
            guard let (name, value) = Self.pair(setting) else {
                throw ValidationError("-X takes name=value, got '\(setting.prefix { $0 != "=" })'")
            }
            configuration[name] = value
        }
        return configuration
    }

    func admin() throws -> KafkaAdmin { try KafkaAdmin(try configuration(), logger: logger) }

    /// Suppresses librdkafka's log messages: failures are reported as errors.
    var logger: Logger {
        var logger = Logger(label: "millrace")
        logger.logLevel = .critical
        return logger
    }

    static func settings(of text: String, in path: String) throws -> [(String, String)] {
        try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { return nil }
            // The line may contain a secret, so the message does not include it.
            guard let pair = pair(line) else { throw CommandError("\(path), line \(number + 1): expected name=value") }
            return pair
        }
    }

    private static func pair(_ text: String) -> (String, String)? {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
        return (
            text[..<equals].trimmingCharacters(in: .whitespaces),
            text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        )
    }

    /// Runs a command, and reports errors with advice on standard error.
    func run(_ work: () throws -> Void) throws {
        do { try work() } catch let error as KafkaError {
            let advice =
                error.isUnauthorised
                ? "Give this client the right, or other credentials (--config)"
                : error.isRetriable
                    ? "See that a broker listens at \(brokers) (--brokers), and that this machine reaches it"
                    : "See that the name is right"
            Self.say("\(error). \(advice).")
            throw ExitCode.failure
        } catch let error as CommandError {
            Self.say(error.description)
            throw ExitCode.failure
        }
    }

    static func say(_ text: String) { StandardStream.error.say("error: \(text)\n") }
}

/// An error for the user of the command line.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }

    /// Writes the error to standard error. Returns the exit code to throw.
    func said() -> ExitCode {
        ClusterOptions.say(description)
        return .failure
    }
}
