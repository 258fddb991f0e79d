/// How `JSONRecordEncoder` writes what JSON has no type of its own for. `Data` is always Base64.
public struct JSONEncodingOptions: Sendable, Hashable {
    /// What a `Date` is written as.
    public enum DateStrategy: Sendable, Hashable {
        /// As `Date` itself encodes: seconds since 2001, as a number.
        case deferredToDate
        /// A number of seconds since 1970.
        case secondsSince1970
        /// A number of milliseconds since 1970.
        case millisecondsSince1970
        /// ISO 8601 text in UTC, cut off to seconds: `2026-01-31T12:00:00Z`.
        case iso8601
    }

    /// What a `Date` is encoded as. Default: `.deferredToDate`.
    public var dates: DateStrategy

    /// Creates options.
    ///
    /// - Parameter dates: what a `Date` is encoded as.
    public init(dates: DateStrategy = .deferredToDate) { self.dates = dates }
}
