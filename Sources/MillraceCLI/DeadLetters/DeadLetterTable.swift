/// A table of dead letters with one line for each.
struct DeadLetterTable {
    private static let header = [
        "partition", "offset", "given up", "from", "key", "attempts", "operator", "reason",
    ]
    /// The maximum width of a key, so that there is room for the reason.
    private static let longestKey = 32
    /// The minimum width of the reason, even on a narrow terminal.
    private static let shortestReason = 20

    private var letters: [DeadLetterRecord] = []

    mutating func add(_ letter: DeadLetterRecord) {
        // Values are not shown; in a long list they would use most of the memory.
        letters.append(
            DeadLetterRecord(
                place: letter.place, offset: letter.offset, timestamp: letter.timestamp, key: letter.key, value: nil,
                headers: letter.headers))
    }

    var count: Int { letters.count }

    /// - Parameter width: the width of the terminal; `nil` to limit only the reason, to 80 columns.
    func text(width: Int?) -> String {
        let everythingElse = table(reasonWidth: 0).text.split(separator: "\n").map(\.count).max() ?? 0
        let reasonWidth = width.map { max(Self.shortestReason, $0 - everythingElse - 2) } ?? 80
        return table(reasonWidth: reasonWidth).text
    }

    private func table(reasonWidth: Int) -> TextTable {
        var table = TextTable(reasonWidth == 0 ? Self.header.dropLast() + [""] : Self.header)
        for letter in letters {
            let key = letter.key.map { ShownBytes.cut(ShownBytes.printable(ShownBytes.word($0)), to: Self.longestKey) }
            let reason = letter.reason.map { ShownBytes.cut(ShownBytes.printable($0), to: reasonWidth) }
            table.add(
                .exact(Int64(letter.place.partition)), .exact(letter.offset),
                .text((letter.givenUpAt ?? letter.timestamp)?.description ?? "-"),
                .text(letter.origin.map { ShownBytes.printable($0) } ?? "-"), .text(key ?? "-"),
                .number(letter.attempts), .text(letter.operatorID.map { ShownBytes.printable($0) } ?? "-"),
                .text(reasonWidth == 0 ? "" : reason ?? "-"))
        }
        return table
    }
}
