import Millrace

/// A line of the result: one airport, one hour.
struct HourlyDelay: Codable, Sendable, Hashable {
    let airport: String
    let hour: String
    let flights: Int64
    let delayed: Int64
    let meanMinutes: Double
    let worstMinutes: Double

    init(_ result: WindowResult<String, DelayStatistics.Output>) {
        airport = result.key
        hour = result.window.start.description
        flights = result.value.flights
        delayed = result.value.delayed
        meanMinutes = (result.value.meanMinutes * 100).rounded() / 100
        worstMinutes = result.value.worstMinutes
    }
}
