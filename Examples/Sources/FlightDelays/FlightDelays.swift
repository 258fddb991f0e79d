import ArgumentParser
import Foundation
import Millrace
import MillraceFiles
import MillraceProgram

/// How late flights left New York's airports in 2013, hour by hour: CSV in, event-time windows, JSON Lines out.
@main
struct FlightDelays: PipelineProgram {
    static let abstract = "Hourly departure delays of New York's airports in 2013."
    static let defaultState: String? = "state/flight-delays"

    @Option(help: "Folder of CSV files, a month each (as nycflights13's flights.csv), each a partition.")
    var input = "Examples/Data/flights"

    @Option(help: "Folder for the results.")
    var output = "out/flight-delays"

    @Option(help: "Records per second and partition, to watch it work (default: no limit).")
    var rate: Double?

    @Option(help: "Rows of the table of the worst hours.")
    var worst = 10

    func validate() throws {
        if let rate, rate <= 0 { throw ValidationError("--rate must be above zero, got \(rate)") }
    }

    func pipeline() throws -> Pipeline {
        Pipeline("flight-delays") { graph in
            let late = graph.sideOutput("late", of: Flight.self)
            let flights = graph.source(
                .csvFiles(in: input, decoding: Flight.self), name: "flights", eventTime: \.scheduledDeparture,
                missingEventTime: .fail, watermarks: .boundedOutOfOrder(by: .hours(24), idleTimeout: .seconds(5)),
                recordsPerSecond: rate)
            flights
                .filter { !$0.isCancelled }
                .keyed(by: \.origin)
                .window(.tumbling(of: .hours(1)), allowedLateness: .hours(1), late: late)
                .aggregate(DelayStatistics())
                .named("hourly-delays")
                .map { HourlyDelay($0) }
                .sink(.jsonLines(directory: output), name: "results")
            late.stream.map { "\($0.carrier) \($0.origin) \($0.scheduledDeparture ?? .distantPast)" }
                .sink(.lines(directory: output + "/late"), name: "late-flights")
        }
    }

    func finish(_ status: PipelineStatus) throws {
        let rows = try WorstHours.read(from: output)
        print(WorstHours.table(rows, limit: worst))
        print("\(rows.count) hours in \(output)/part-*.jsonl")
    }
}
