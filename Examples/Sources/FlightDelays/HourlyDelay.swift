import Millrace

/// A line of the result: one airport, one hour.
struct HourlyDelay: SchemaRecord, Codable, Hashable {
    let airport: String
    let hour: String
    let flights: Int64
    let delayed: Int64
    let meanMinutes: Double
    let worstMinutes: Double

    static func schema(_ record: inout some FieldVisitor<HourlyDelay>) throws -> HourlyDelay {
        try HourlyDelay(
            airport: record.field("airport", \.airport),
            hour: record.field("hour", \.hour),
            flights: record.field("flights", \.flights),
            delayed: record.field("delayed", \.delayed),
            meanMinutes: record.field("meanMinutes", \.meanMinutes),
            worstMinutes: record.field("worstMinutes", \.worstMinutes))
    }
}

extension HourlyDelay {
    init(_ result: WindowResult<InlineText, DelayStatistics.Output>) {
        airport = result.key.string
        hour = result.window.start.description
        flights = result.value.flights
        delayed = result.value.delayed
        meanMinutes = (result.value.meanMinutes * 100).rounded() / 100
        worstMinutes = result.value.worstMinutes
    }
}
