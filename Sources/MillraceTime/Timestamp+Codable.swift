extension Timestamp {
    /// The meaning of a number where a timestamp is decoded.
    public enum NumberMeaning: Sendable, Hashable {
        /// Milliseconds since 1970.
        case millisecondsSince1970
        /// Seconds since 1970, optionally with a fraction.
        case secondsSince1970
        /// Numbers are rejected. Only ISO 8601 text is decoded, such as `2026-01-31T12:00:00.250+01:00`.
        case iso8601
    }

    /// The key in a decoder's `userInfo` for the `NumberMeaning` of timestamps. Default: `millisecondsSince1970`.
    public static let numberMeaningKey = CodingUserInfoKey(rawValue: "millrace.times")

    /// Decodes ISO 8601 text, as `init(iso8601:)` does, or a number, whose meaning is the `NumberMeaning` under
    /// `numberMeaningKey` in the decoder's `userInfo`. Without one, a number is whole milliseconds since 1970.
    ///
    /// - Throws: `DecodingError` for any other text or value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let text = try? container.decode(String.self) else {
            self = try Self.number(in: container, decoder.userInfo)
            return
        }
        guard let time = Timestamp(iso8601: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected an ISO 8601 time or milliseconds since 1970, found \"\(text)\"")
        }
        self = time
    }

    private static func number(
        in container: any SingleValueDecodingContainer, _ settings: [CodingUserInfoKey: Any]
    ) throws -> Timestamp {
        let times = settings.isEmpty ? nil : numberMeaningKey.flatMap { settings[$0] as? NumberMeaning }
        switch times ?? .millisecondsSince1970 {
        case .millisecondsSince1970: return Timestamp(milliseconds: try container.decode(Int64.self))
        case .secondsSince1970:
            if let seconds = try? container.decode(Int64.self) {
                let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
                if !overflow { return Timestamp(milliseconds: milliseconds) }
            }
            let seconds = try container.decode(Double.self)
            guard let milliseconds = Int64(exactly: (seconds * 1000).rounded()) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "expected seconds since 1970, found \(seconds)")
            }
            return Timestamp(milliseconds: milliseconds)
        case .iso8601:
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected an ISO 8601 time, found a number")
        }
    }

    /// Encodes ISO 8601 text in UTC, or a whole number of milliseconds since 1970 if the year is not within 0 to 9999.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if Self.fourDigitYears.contains(milliseconds) {
            try container.encode(description)
        } else {
            try container.encode(milliseconds)
        }
    }
}
