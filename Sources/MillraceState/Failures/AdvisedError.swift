/// An error that says what is wrong and what to do about it.
///
/// `ConfigurationError`, `SourceError`, `SinkError` and `StateError` conform to it.
///
/// ```swift
/// struct TariffMissing: AdvisedError {
///     var country: String
///     var problem: String { "There is no tariff for \(country)" }
///     var advice: String { "Add a line to tariffs.csv" }
/// }
/// print(TariffMissing(country: "FR"))      // There is no tariff for FR. Add a line to tariffs.csv.
/// ```
public protocol AdvisedError: Error, CustomStringConvertible, Sendable {
    /// What is wrong: a sentence without a full stop that names the file, partition, operator or setting.
    var problem: String { get }
    /// What to do about it: a sentence without a full stop.
    var advice: String { get }
}

extension AdvisedError {
    public var description: String { "\(problem). \(advice)." }
}
