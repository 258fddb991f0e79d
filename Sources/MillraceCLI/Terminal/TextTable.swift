/// A table with aligned columns: text on the left, numbers on the right.
struct TextTable {
    enum Cell {
        case text(String)
        case number(Int64?)
        /// A number without group separators, so that it can be copied: `1234567`.
        case exact(Int64?)

        var shown: String {
            switch self {
            case .text(let text): text
            case .number(let number): number.map(TextTable.grouped) ?? "-"
            case .exact(let number): number.map { "\($0)" } ?? "-"
            }
        }

        var isNumber: Bool { if case .text = self { false } else { true } }
    }

    private let header: [String]
    private var rows: [[Cell]] = []

    init(_ header: [String]) { self.header = header }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    var text: String {
        var widths = header.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.shown.count) }
        }
        let isNumber = header.indices.map { rows.first?[$0].isNumber ?? false }
        func line(_ cells: [String]) -> String {
            let padded = cells.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return isNumber[column] ? space + cell : cell + space
            }
            var text = padded.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        return ([line(header)] + rows.map { line($0.map(\.shown)) }).joined(separator: "\n")
    }

    /// `1,234,567`.
    static func grouped(_ number: Int64) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
