import Testing

/// Expects two collections of lines to be equal as multisets, and names only what differs.
func expectSame(
    _ found: [String], _ expected: [String], _ title: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    var counts: [String: Int] = [:]
    for line in found { counts[line, default: 0] += 1 }
    for line in expected { counts[line, default: 0] -= 1 }
    let extra = counts.filter { $0.value > 0 }.map { "\($0.value) x \($0.key)" }.sorted().prefix(5)
    let missing = counts.filter { $0.value < 0 }.map { "\(-$0.value) x \($0.key)" }.sorted().prefix(5)
    #expect(
        extra.isEmpty && missing.isEmpty, "\(title()): too many: \(Array(extra)), missing: \(Array(missing))",
        sourceLocation: sourceLocation)
}
