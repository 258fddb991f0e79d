import MillraceTime

/// How `JSONRecordDecoder` reads what JSON has no type of its own for. `Data` is always Base64.
public struct JSONDecodingOptions: Sendable, Hashable {
    /// What a `Date` is written as.
    public enum DateStrategy: Sendable, Hashable {
        /// As `Date` itself decodes: seconds since 2001, as a number.
        case deferredToDate
        /// A number of seconds since 1970.
        case secondsSince1970
        /// A number of milliseconds since 1970.
        case millisecondsSince1970
        /// ISO 8601 text with date, time and zone, without a fraction of a second: `2026-01-31T12:00:00Z`.
        case iso8601
    }

    /// How the names in the text become those of the type.
    public enum KeyStrategy: Sendable, Hashable {
        /// They are the same.
        case useDefaultKeys
        /// `page_views` is the property `pageViews`. Underscores at the ends stay.
        case convertFromSnakeCase
    }

    /// What a `Date` is decoded from. Default: `.deferredToDate`.
    public var dates: DateStrategy
    /// How names are converted. Default: `.useDefaultKeys`.
    public var keys: KeyStrategy
    /// What a number stands for that is decoded as a `Timestamp`, which reads ISO 8601 text as well. Default:
    /// milliseconds since 1970.
    public var times: Timestamp.NumberMeaning

    /// Creates options; each parameter is described at the property of its name.
    public init(
        dates: DateStrategy = .deferredToDate, keys: KeyStrategy = .useDefaultKeys,
        times: Timestamp.NumberMeaning = .millisecondsSince1970
    ) {
        self.times = times
        self.dates = dates
        self.keys = keys
    }
}
