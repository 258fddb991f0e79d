import Millrace

/// Counts dead letters by their reason.
struct ReasonTally {
    private struct Group {
        var count: Int64 = 0
        var first: Timestamp?
        var last: Timestamp?
    }

    private var groups: [String: Group] = [:]
    private(set) var total: Int64 = 0
    /// Whether any record has the headers of a dead letter.
    private(set) var hasDeadLetters = false

    /// The maximum number of reasons that are counted separately. Memory stays bounded even if every reason is unique.
    private static let reasons = 10_000
    private static let others = "(other reasons)"

    mutating func add(_ letter: DeadLetterRecord) {
        total += 1
        if letter.originTopic != nil || letter.reason != nil { hasDeadLetters = true }
        var reason = letter.reason ?? "(no reason)"
        if groups[reason] == nil, groups.count >= Self.reasons { reason = Self.others }
        var group = groups[reason] ?? Group()
        group.count += 1
        if let time = letter.givenUpAt ?? letter.timestamp {
            group.first = min(group.first ?? time, time)
            group.last = max(group.last ?? time, time)
        }
        groups[reason] = group
    }

    private var sorted: [(reason: String, group: Group)] {
        groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { ($0.key, $0.value) }
    }

    /// `12 dead letters: 10 × poison, 2 × timeout`.
    func summary(_ shown: Int = 3) -> String {
        let all = sorted
        var parts = all.prefix(shown).map { reason, group in
            "\(TextTable.grouped(group.count)) × \(ShownBytes.cut(ShownBytes.printable(reason), to: 40))"
        }
        let rest = all.dropFirst(shown).reduce(0) { $0 + $1.group.count }
        if rest > 0 { parts.append("\(TextTable.grouped(rest)) of \(all.count - shown) other reasons") }
        return "\(Self.records(total)): \(parts.joined(separator: ", "))"
    }

    /// Returns a table with a line for each reason, the most frequent first.
    func table(width: Int?) -> String {
        var table = TextTable(["count", "first", "last", "reason"])
        for (reason, group) in sorted {
            table.add(
                .number(group.count), .text(group.first?.description ?? "-"), .text(group.last?.description ?? "-"),
                .text(ShownBytes.cut(ShownBytes.printable(reason), to: max(20, (width ?? 140) - 60))))
        }
        return table.text
    }

    /// Returns a JSON object for each reason.
    func json() throws -> [String] {
        struct Line: Encodable {
            let reason: String
            let count: Int64
            let first: String?
            let last: String?
        }
        return try sorted.map { reason, group in
            try JSONLine.text(
                Line(
                    reason: reason, count: group.count, first: group.first?.description, last: group.last?.description))
        }
    }

    static func records(_ count: Int64) -> String {
        "\(TextTable.grouped(count)) dead letter\(count == 1 ? "" : "s")"
    }
}
