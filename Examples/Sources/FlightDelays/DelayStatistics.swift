import Millrace

/// Departures of an hour, and how late they were.
struct DelayStatistics: Aggregate {
    struct Accumulator: BitwiseState {
        var flights: Int64 = 0
        var delayed: Int64 = 0
        var totalMinutes = 0.0
        var worstMinutes = -Double.infinity
    }

    struct Output: Codable, Sendable {
        let flights: Int64
        let delayed: Int64
        let meanMinutes: Double
        let worstMinutes: Double
    }

    /// A flight counts as delayed from here on (minutes), as the US Department of Transportation counts.
    static let threshold = 15.0

    func create() -> Accumulator { Accumulator() }

    func add(_ flight: Flight, to sum: inout Accumulator) {
        guard let minutes = flight.departureDelay else { return }
        sum.flights += 1
        sum.totalMinutes += minutes
        sum.worstMinutes = max(sum.worstMinutes, minutes)
        if minutes >= Self.threshold { sum.delayed += 1 }
    }

    func merge(_ other: Accumulator, into sum: inout Accumulator) {
        sum.flights += other.flights
        sum.delayed += other.delayed
        sum.totalMinutes += other.totalMinutes
        sum.worstMinutes = max(sum.worstMinutes, other.worstMinutes)
    }

    func result(_ sum: Accumulator) -> Output {
        Output(
            flights: sum.flights, delayed: sum.delayed, meanMinutes: sum.totalMinutes / Double(max(sum.flights, 1)),
            worstMinutes: sum.worstMinutes)
    }
}
