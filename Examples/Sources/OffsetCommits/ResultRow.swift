import Foundation

/// A line of the table.
struct ResultRow {
    let way: CommitWay
    let outcome: Trial.Outcome
    let recordsPerSecond: Double

    private static let widths = (name: 22, lost: 6, repeated: 10, rate: 11)

    static var header: String {
        pad("strategy", widths.name) + left("lost", widths.lost) + left("repeated", widths.repeated)
            + left("records/s", widths.rate) + "   why"
    }

    var text: String {
        let orders = [Self.list("lost", outcome.lost), Self.list("repeated", outcome.repeated)].compactMap(\.self)
        return Self.pad(way.name, Self.widths.name) + Self.left("\(outcome.lost.count)", Self.widths.lost)
            + Self.left("\(outcome.repeated.count)", Self.widths.repeated)
            + Self.left("\(Int(recordsPerSecond))", Self.widths.rate) + "   " + way.why
            + orders.map { "\n" + Self.pad("", Self.widths.name) + "  " + $0 }.joined()
    }

    /// The first of them by name.
    private static func list(_ what: String, _ orders: [Int]) -> String? {
        guard !orders.isEmpty else { return nil }
        let shown = orders.prefix(12).map(String.init).joined(separator: ", ")
        return "\(what): \(shown)\(orders.count > 12 ? ", ..." : "")"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
