import CFlightsLoop
import Foundation
import Millrace
import MillraceFiles

/// The main job: departures in two CSV files, hourly delays of each airport in event-time windows, JSON Lines out,
/// exactly once with a checkpoint a second.
enum MainJob {
    /// Writes two files of about `rows` rows in all: the rows at hand, each second one, again for each further year.
    static func writeFiles(_ source: Data, rows: Int, to folder: URL) throws -> [URL] {
        let lines = source.split(separator: 10)
        let header = lines[0]
        let years = max(1, rows / (lines.count - 1))
        return try (0..<2).map { part in
            let file = folder.appending(path: "flights-\(part).csv")
            _ = FileManager.default.createFile(atPath: file.path, contents: header + [10])
            let handle = try FileHandle(forWritingTo: file)
            try handle.seekToEnd()
            for year in 0..<years {
                var text = Data()
                for index in stride(from: 1 + part, to: lines.count, by: 2) {
                    text += Data("\(2013 + year)".utf8)
                    text += lines[index].dropFirst(4)
                    text.append(10)
                }
                try handle.write(contentsOf: text)
            }
            try handle.close()
            return file
        }
    }

    static func loop(_ files: [URL]) -> UInt64 {
        var status: Int32 = 0
        let (started, processor) = (ContinuousClock.now, ProcessorTime.now)
        let result = flights_loop(files[0].path, files[1].path, &status)
        print(
            "main job, loop in C: \(result.rows) rows, \(result.windows) windows, \(seconds(since: started)) s, "
                + "\(rounded(ProcessorTime.now - processor)) s of processor time, checksum \(result.checksum), status \(status)"
        )
        return result.checksum
    }

    static func engine(_ folder: URL, state: URL, expected: UInt64?) async throws {
        let output = state.appending(path: "out")
        let pipeline = Pipeline("main-job") { graph in
            graph.source(
                .csvFiles(in: folder.path, decoding: Flight.self), name: "flights", eventTime: \.scheduledDeparture,
                missingEventTime: .fail, watermarks: .boundedOutOfOrder(by: .hours(24), idleTimeout: .seconds(5))
            )
            .filter { $0.departureDelay != nil }
            .keyed(by: \.origin)
            .window(.tumbling(of: .hours(1)), allowedLateness: .hours(1))
            .aggregate(DelayStatistics())
            .map { HourlyDelay($0) }
            .sink(.jsonLines(directory: output.path), name: "results")
        }
        var options = RunOptions(
            checkpoints: CheckpointOptions(directory: state.appending(path: "state").path, every: .seconds(1)))
        options.parallelism = .tasks(2)
        let (started, processor) = (ContinuousClock.now, ProcessorTime.now)
        try await pipeline.run(options)
        let took = "\(seconds(since: started)) s, \(rounded(ProcessorTime.now - processor)) s of processor time"
        guard let expected else { return print("main job, Millrace: \(took)") }
        let (windows, flights, checksum) = try HourlyDelay.checksum(of: output)
        print("main job, Millrace: \(flights) flights, \(windows) windows, \(took), checksum \(checksum)")
        guard checksum == expected else { throw WrongChecksum(name: "main job") }
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let took = ContinuousClock.now - start
        return rounded(Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
    }

    static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }
}

/// Departures of an hour, and how late they were.
struct DelayStatistics: Aggregate {
    struct Accumulator: BitwiseState {
        var flights: Int64 = 0
        var delayed: Int64 = 0
        var totalMinutes = 0.0
        var worstMinutes = -Double.infinity
    }

    func create() -> Accumulator { Accumulator() }

    func add(_ flight: Flight, to sum: inout Accumulator) {
        guard let minutes = flight.departureDelay else { return }
        sum.flights += 1
        sum.totalMinutes += minutes
        sum.worstMinutes = max(sum.worstMinutes, minutes)
        if minutes >= 15 { sum.delayed += 1 }
    }

    func merge(_ other: Accumulator, into sum: inout Accumulator) {
        sum.flights += other.flights
        sum.delayed += other.delayed
        sum.totalMinutes += other.totalMinutes
        sum.worstMinutes = max(sum.worstMinutes, other.worstMinutes)
    }

    func result(_ sum: Accumulator) -> Accumulator { sum }
}

/// A line of the result: one airport, one hour.
struct HourlyDelay: Codable, SchemaRecord {
    let airport: InlineText
    let hour: Timestamp
    let flights: Int64
    let delayed: Int64
    let totalMinutes: Double
    let worstMinutes: Double

    static func schema(_ record: inout some FieldVisitor<HourlyDelay>) throws -> HourlyDelay {
        try HourlyDelay(
            airport: record.field("airport", \.airport),
            hour: record.field("hour", \.hour),
            flights: record.field("flights", \.flights),
            delayed: record.field("delayed", \.delayed),
            totalMinutes: record.field("totalMinutes", \.totalMinutes),
            worstMinutes: record.field("worstMinutes", \.worstMinutes))
    }
}

extension HourlyDelay {
    init(_ result: WindowResult<InlineText, DelayStatistics.Accumulator>) {
        airport = result.key
        hour = result.window.start
        flights = result.value.flights
        delayed = result.value.delayed
        totalMinutes = result.value.totalMinutes
        worstMinutes = result.value.worstMinutes
    }

    /// Reads what the sink has published.
    static func checksum(of folder: URL) throws -> (windows: Int, flights: Int64, checksum: UInt64) {
        let decoder = JSONDecoder()
        var (windows, flights, checksum) = (0, Int64(0), UInt64(0))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix("part-") {
            for line in try Data(contentsOf: folder.appending(path: name)).split(separator: 10) {
                let row = try decoder.decode(HourlyDelay.self, from: line)
                let airport = Array(row.airport.string.utf8)
                windows += 1
                flights += row.flights
                checksum &+= flights_checksum(
                    row.hour.milliseconds / 3_600_000,
                    UInt64(airport[0]) | UInt64(airport[1]) << 8 | UInt64(airport[2]) << 16, row.flights, row.delayed,
                    Int64(row.totalMinutes), Int64(row.worstMinutes))
            }
        }
        return (windows, flights, checksum)
    }
}
