/// The options of a ``JSONRecordEncoder``. `Data` is always encoded as Base64.
///
/// ```swift
/// let encoder = JSONRecordEncoder(options: JSONEncodingOptions(dates: .iso8601))
/// let line = try encoder.encode(order)      // dates as "2026-01-31T12:00:00Z"
/// ```
public struct JSONEncodingOptions: Sendable, Hashable {
    /// The JSON representation that a `Date` is encoded as.
    public enum DateStrategy: Sendable, Hashable {
        /// A number of seconds since January 1, 2001, 00:00 UTC, as `Date` itself encodes.
        case deferredToDate
        /// A number of seconds since January 1, 1970, 00:00 UTC.
        case secondsSince1970
        /// A number of milliseconds since January 1, 1970, 00:00 UTC.
        case millisecondsSince1970
        /// ISO 8601 text in UTC, truncated to seconds: `2026-01-31T12:00:00Z`.
        case iso8601
    }

    /// The JSON representation that a `Date` is encoded as. Default: ``DateStrategy/deferredToDate``.
    public var dates: DateStrategy

    /// Creates options.
    ///
    /// - Parameter dates: The JSON representation that a `Date` is encoded as. Default: `.deferredToDate`.
    public init(dates: DateStrategy = .deferredToDate) { self.dates = dates }
}
