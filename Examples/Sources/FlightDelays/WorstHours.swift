import Foundation

/// The readable end of the program: the hours with the greatest mean delay.
enum WorstHours {
    /// Reads what the sink has published.
    static func read(from directory: String) throws -> [HourlyDelay] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        let decoder = JSONDecoder()
        return try names.filter { $0.hasPrefix("part-") && $0.hasSuffix(".jsonl") }.sorted().flatMap { name in
            try String(contentsOfFile: directory + "/" + name, encoding: .utf8).split(separator: "\n").map {
                try decoder.decode(HourlyDelay.self, from: Data($0.utf8))
            }
        }
    }

    /// A table of the worst, among hours with at least ten flights.
    static func table(_ rows: [HourlyDelay], limit: Int) -> String {
        let worst = rows.filter { $0.flights >= 10 }
            .sorted { ($0.meanMinutes, $1.hour, $1.airport) > ($1.meanMinutes, $0.hour, $0.airport) }.prefix(limit)
        var lines = ["airport  hour                   flights  delayed  mean min  worst min"]
        for row in worst {
            lines.append(
                "\(padded(row.airport, 9))\(padded(row.hour, 20))" + right("\(row.flights)", 10)
                    + right("\(row.delayed)", 9) + right(String(format: "%.1f", row.meanMinutes), 10)
                    + right(String(format: "%.0f", row.worstMinutes), 11))
        }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
