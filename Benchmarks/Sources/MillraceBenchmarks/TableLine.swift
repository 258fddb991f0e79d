import Foundation

/// The table for people: right-aligned columns, what else the engine told on a line below.
enum TableLine {
    private static let columns = [
        (name: "workload", width: 8), (name: "records", width: 13), (name: "records/s", width: 12),
        (name: "cpu s", width: 8), (name: "peak MB", width: 8), (name: "baseline/s", width: 12),
        (name: "ratio", width: 6), (name: "checksum", width: 16), (name: "check", width: 5),
    ]

    static var header: String { line(columns.map(\.name)) }

    static func row(_ result: WorkloadResult) -> String {
        let row = line([
            result.workload.rawValue,
            grouped(Double(result.records)),
            result.engine.map { grouped($0.recordsPerSecond) } ?? "-",
            result.engine.map { fixed($0.cpuSeconds, digits: 2) } ?? "-",
            result.engine?.peakMegabytes.map { fixed($0, digits: 0) } ?? "-",
            grouped(result.baseline.recordsPerSecond),
            result.ratio.map { fixed($0, digits: 2) } ?? "-",
            result.workload.text(ofChecksum: result.checksum),
            result.isCorrect ? "ok" : "WRONG",
        ])
        return ([row] + notes(result)).joined(separator: "\n")
    }

    private static func notes(_ result: WorkloadResult) -> [String] {
        var notes: [String] = []
        if !result.isCorrect {
            let expected = result.expected
            notes.append(
                "expected \(result.workload.text(ofChecksum: expected.checksum)) in \(expected.rows.map { "\($0)" } ?? "so many") rows; "
                    + [("engine", result.engine), ("baseline", result.baseline)].compactMap { name, outcome in
                        outcome.map {
                            "\(name) \(result.workload.text(ofChecksum: $0.checksum)) in \($0.rows) rows "
                                + "of \($0.records) records"
                        }
                    }.joined(separator: ", "))
        }
        if let extra = result.engine?.extra, !extra.isEmpty {
            notes.append(extra.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "  "))
        }
        return notes.map { "          " + $0 }
    }

    private static func line(_ cells: [String]) -> String {
        zip(columns, cells).map { column, cell in
            String(repeating: " ", count: max(0, column.width - cell.count)) + cell
        }.joined(separator: "  ")
    }

    private static func fixed(_ number: Double, digits: Int) -> String {
        String(format: "%.\(digits)f", number)
    }

    /// Whole, with a comma between thousands.
    private static func grouped(_ number: Double) -> String {
        var groups: [String] = []
        var rest = fixed(number, digits: 0)[...]
        while rest.count > 3 {
            groups.insert(String(rest.suffix(3)), at: 0)
            rest = rest.dropLast(3)
        }
        return ([String(rest)] + groups).joined(separator: ",")
    }
}
