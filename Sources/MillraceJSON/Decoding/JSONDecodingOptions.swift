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

    /// What a time is written as that reads numbers or ISO 8601 text by itself, as `Timestamp` of Millrace does.
    public enum TimeStrategy: Sendable, Hashable {
        /// A number of milliseconds since 1970, or ISO 8601 text.
        case millisecondsSince1970
        /// A number of seconds since 1970, perhaps with a fraction, or ISO 8601 text.
        case secondsSince1970
        /// ISO 8601 text only: `2026-01-31T12:00:00.250+01:00`.
        case iso8601
    }

    /// Under which a decoder says so to the types it decodes; nothing under it stands for milliseconds.
    public static let timesKey = CodingUserInfoKey(rawValue: "millrace.times")

    /// How the names in the text become those of the type.
    public enum KeyStrategy: Sendable, Hashable {
        /// They are the same.
        case useDefaultKeys
        /// `page_views` is the property `pageViews`. Underscores at the ends stay.
        case convertFromSnakeCase
    }

    public var dates: DateStrategy
    public var keys: KeyStrategy
    public var times: TimeStrategy

    public init(
        dates: DateStrategy = .deferredToDate, keys: KeyStrategy = .useDefaultKeys,
        times: TimeStrategy = .millisecondsSince1970
    ) {
        self.times = times
        self.dates = dates
        self.keys = keys
    }
}
