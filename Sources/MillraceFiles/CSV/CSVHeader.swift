/// The column names of a file.
struct CSVHeader {
    let names: [String]
    private let indices: [String: Int]
    /// The names of more than one column.
    let repeated: Set<String>

    init(_ names: [String]) {
        self.names = names
        indices = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        repeated = Set(names.filter { !seen.insert($0).inserted })
    }

    /// Returns the index of the first column called `name`.
    func index(of name: String) -> Int? { indices[name] }

    /// Returns the name of column `index`, or its number, counted from 1, if it has none.
    func name(of index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index + 1)" }
}

/// A cache of the column that each property is read from. It needs no hashing, because types decode their properties in
/// the same order in every row.
struct CSVColumnPlan {
    private var steps: [(name: String, column: Int)] = []
    private var next = 0

    /// The maximum number of cached names. A hand-written `init(from:)` that asks for ever new names is served from the
    /// header beyond it.
    private static let longest = 1024

    /// Returns the index of the column called `name`; -1 if there is none.
    mutating func column(of name: String, in header: CSVHeader) -> Int {
        if next < steps.count, steps[next].name == name {
            next += 1
            return steps[next - 1].column
        }
        if let found = steps.firstIndex(where: { $0.name == name }) {
            next = found + 1
            return steps[found].column
        }
        let column = header.index(of: name) ?? -1
        if steps.count < Self.longest {
            steps.append((name, column))
            next = steps.count
        }
        return column
    }

    /// Begins a new row.
    mutating func rewind() { next = 0 }
}
