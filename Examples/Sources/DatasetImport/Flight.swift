import Foundation
import Millrace
import MillraceFiles
import MillraceSQL

/// A departure from New York in 2013, as the `nycflights13` data have it: the entity that is made.
struct Flight: Codable, Sendable {
    let year: Int
    let month: Int
    let day: Int
    let scheduled: Int
    let carrier: String
    let number: Int
    let tail: String?
    let origin: String
    let destination: String
    /// Miles; the table does not take a flight without.
    var distance: Int?

    enum CodingKeys: String, CodingKey {
        case year, month, day, carrier, origin, distance
        case scheduled = "sched_dep_time"
        case number = "flight"
        case tail = "tailnum"
        case destination = "dest"
    }

    /// Its identity.
    var id: String {
        let date = String(format: "%04d-%02d-%02d", year, month, day)
        return "\(date) \(String(format: "%04d", scheduled)) \(origin) \(carrier)\(number)"
    }

    var row: [SQLValue] {
        [.init(id), .init(carrier), .init(number), .init(tail), .init(origin), .init(destination), .init(distance)]
    }

    static let columns = ["id", "carrier", "number", "tail", "origin", "destination", "distance"]

    /// The flights of the CSV files in a folder, each once, in order.
    ///
    /// - Parameter poison: which of them lack what the table asks for.
    static func read(_ folder: String, limit: Int, poison: Int?) async throws -> [Flight] {
        let found = Collected()
        let pipeline = Pipeline("read-flights") { graph in
            graph.source(.csvFiles(in: folder, decoding: Flight.self)).forEach { found.add($0) }
        }
        var options = RunOptions()
        options.logger.logLevel = .error
        try await pipeline.run(options)
        let byID = Dictionary(found.all.lazy.map { ($0.id, $0) }) { first, _ in first }
        var flights = byID.sorted { $0.key < $1.key }.prefix(limit).map(\.value)
        if let poison, flights.indices.contains(poison) { flights[poison].distance = nil }
        return flights
    }
}
