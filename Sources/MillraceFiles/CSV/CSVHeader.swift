/// The names of a file's columns.
struct CSVHeader {
    let names: [String]
    private let indices: [String: Int]
    /// Names that more than one column has.
    let repeated: Set<String>

    init(_ names: [String]) {
        self.names = names
        indices = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        repeated = Set(names.filter { !seen.insert($0).inserted })
    }

    /// The first column called `name`.
    func index(of name: String) -> Int? { indices[name] }

    /// The name of column `index`, or its number.
    func name(of index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index + 1)" }
}

/// Which column each property is read from, told without hashing: types ask for their properties in the same order in
/// every row.
struct CSVColumnPlan {
    private var steps: [(name: String, column: Int)] = []
    private var next = 0

    /// A type that makes up names as it goes (it must have a hand-written `init(from:)`) is served from the header.
    private static let longest = 1024

    /// The column called `name`; -1 if there is none.
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

    /// A new row begins.
    mutating func rewind() { next = 0 }
}
