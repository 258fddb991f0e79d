import Testing

@testable import Millrace
@testable import MillraceGraphRendering

@Suite("A branching graph as text, Mermaid and DOT")
struct GraphRenderingTests {
    private let graph = SampleGraphs.airports

    @Test("Text lists stages with their tasks, operators with their state, and where records go")
    func text() {
        let text = graph.rendered(as: .text)
        #expect(
            text.hasPrefix("flight delays: 14 operators in 4 stages\n\nflights (1 per partition)\n├─ flights  source: ")
        )
        #expect(
            text.contains(
                """
                hourly (4 tasks)
                ├─ hourly  tumbling window: 1 h, lateness 1 h
                │    state totals: String -> Total
                │    state open windows: String -> Total
                │    → rank [HourlyTotal]
                │    ⇢ late [Flight]
                ├─ rank  map
                │    → totals-out [Ranked]
                │    ⇒ airports by key [Ranked]
                ├─ totals-out  sink: JSON lines in out/totals
                ├─ late  side output
                │    → late-out [Flight]
                └─ late-out  sink: JSON lines in out/late

                """))
        #expect(text.hasSuffix("→ call within a task   ⇒ exchange to the task that has the key   ⇢ side output\n"))
    }

    @Test("Mermaid has a subgraph for each stage and an arrow for each edge")
    func mermaid() {
        let lines = graph.rendered(as: .mermaid).split(separator: "\n").map(String.init)
        #expect(lines.first == "flowchart LR")
        #expect(lines.filter { $0.contains("subgraph") }.count == 4)
        #expect(lines.contains(#"    subgraph s2["hourly (4 tasks)"]"#))
        #expect(lines.contains(#"        n5["airborne<br/>filter"]"#))
        #expect(
            lines.contains(
                #"        n6[("hourly<br/>tumbling window<br/>1 h, lateness 1 h<br/>state totals<br/>state open windows")]"#
            ))
        #expect(lines.filter { $0.contains(" --> ") }.count == 10)
        #expect(lines.contains(#"    n5 ==>|"by key"| n6"#))
        #expect(lines.contains("    n6 -.-> n9"))
    }

    @Test("DOT has a cluster for each stage and an edge for each edge")
    func dot() {
        let lines = graph.rendered(as: .dot).split(separator: "\n").map(String.init)
        #expect(lines.first == #"digraph "flight delays" {"#)
        #expect(lines.filter { $0.contains("subgraph cluster_") }.count == 4)
        #expect(lines.contains(#"        label="hourly (4 tasks)";"#))
        #expect(lines.contains(#"        "archive" [label="archive\nsink\nJSON lines in out/archive"];"#))
        #expect(lines.contains { $0.contains("state totals\\nstate open windows") && $0.contains("shape=cylinder") })
        #expect(lines.filter { $0.contains(" -> ") }.count == graph.edges.count)
        #expect(lines.contains(#"    "airborne" -> "hourly" [penwidth=3, label="by key"];"#))
        #expect(lines.contains(#"    "hourly" -> "late" [style=dashed];"#))
    }

    @Test("The same graph gives the same text", arguments: GraphFormat.allCases)
    func deterministic(format: GraphFormat) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let first = RandomGraph(seed: seed, operators: 18).graph.rendered(as: format)
            let second = RandomGraph(seed: seed, operators: 18).graph.rendered(as: format)
            #expect(first == second, "seed \(seed)")
            #expect(first.hasSuffix("\n") && !first.hasSuffix("\n\n"))
        }
    }
}
