import MillraceTime

/// The options of a ``JSONRecordDecoder``. `Data` is always decoded from Base64.
///
/// ```swift
/// let options = JSONDecodingOptions(keys: .convertFromSnakeCase, times: .secondsSince1970)
/// graph.source(.jsonLines(in: "events", decoding: Event.self, options: options))
/// ```
public struct JSONDecodingOptions: Sendable, Hashable {
    /// The JSON representation that a `Date` is decoded from.
    public enum DateStrategy: Sendable, Hashable {
        /// A number of seconds since January 1, 2001, 00:00 UTC, as `Date` itself decodes.
        case deferredToDate
        /// A number of seconds since January 1, 1970, 00:00 UTC.
        case secondsSince1970
        /// A number of milliseconds since January 1, 1970, 00:00 UTC.
        case millisecondsSince1970
        /// ISO 8601 text with date, time and zone, without a fraction of a second: `2026-01-31T12:00:00Z`.
        case iso8601
    }

    /// How the names of JSON members are converted to coding keys.
    public enum KeyStrategy: Sendable, Hashable {
        /// The names are not converted.
        case useDefaultKeys
        /// Snake case is converted to camel case: `page_views` to `pageViews`. Leading and trailing underscores are
        /// kept.
        case convertFromSnakeCase
    }

    /// The JSON representation that a `Date` is decoded from. Default: ``DateStrategy/deferredToDate``.
    public var dates: DateStrategy
    /// How the names of JSON members are converted. Default: ``KeyStrategy/useDefaultKeys``.
    public var keys: KeyStrategy
    /// The unit of a number that is decoded as a `Timestamp`. Independently of it, a `Timestamp` is also decoded from
    /// ISO 8601 text. Default: `.millisecondsSince1970`.
    public var times: Timestamp.NumberMeaning

    /// Creates options.
    ///
    /// - Parameters:
    ///   - dates: The JSON representation that a `Date` is decoded from. Default: `.deferredToDate`.
    ///   - keys: How the names of JSON members are converted. Default: `.useDefaultKeys`.
    ///   - times: The unit of a number that is decoded as a `Timestamp`. Default: `.millisecondsSince1970`.
    public init(
        dates: DateStrategy = .deferredToDate, keys: KeyStrategy = .useDefaultKeys,
        times: Timestamp.NumberMeaning = .millisecondsSince1970
    ) {
        self.times = times
        self.dates = dates
        self.keys = keys
    }
}
