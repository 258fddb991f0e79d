/// Dead letters, a line each.
struct DeadLetterTable {
    private static let header = [
        "partition", "offset", "given up", "from", "key", "attempts", "operator", "reason",
    ]
    /// Keys beyond it are cut: they would push the reason off the line.
    private static let longestKey = 32
    /// Of a reason, so much is shown however narrow the terminal is.
    private static let shortestReason = 20

    private var letters: [DeadLetterRecord] = []

    mutating func add(_ letter: DeadLetterRecord) {
        // The value is not shown: of a long list it would be most of the memory.
        letters.append(
            DeadLetterRecord(
                place: letter.place, offset: letter.offset, timestamp: letter.timestamp, key: letter.key, value: nil,
                headers: letter.headers))
    }

    var count: Int { letters.count }

    /// - Parameter width: how long a line may be; `nil`: the reason alone is cut, to 80 columns.
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
