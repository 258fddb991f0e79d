@testable import Millrace
@testable import MillraceState

/// Graphs to render, small enough to check by eye.
enum SampleGraphs {
    /// Two sources merged, an exchange, a window with late records on the side, a second exchange and four sinks.
    ///
    /// ```
    /// flights ─ parse ─┐
    /// charter ─────────┴─ merged ─ airborne ══ hourly ─ rank ══ airports ─ alerts
    ///                         │                  ┊   └─ totals-out  └─ store
    ///                         └──── archive     late ─ late-out
    /// ```
    static let airports = GraphDescription(
        pipeline: "flight delays",
        operators: [
            operation("flights", "source", "CSV files in flights", stage: 0),
            operation("parse", "map", stage: 0),
            operation("charter", "source", "Kafka topic charter-flights, 8 partitions, read committed", stage: 1),
            operation("merged", "merge", stage: 0),
            operation("archive", "sink", "JSON lines in out/archive", stage: 0),
            operation("airborne", "filter", stage: 0),
            operation(
                "hourly", "tumbling window", "1 h, lateness 1 h", stage: 2,
                states: [state("totals"), state("open windows")]),
            operation("rank", "map", stage: 2),
            operation("totals-out", "sink", "JSON lines in out/totals", stage: 2),
            operation("late", "side output", stage: 2),
            operation("late-out", "sink", "JSON lines in out/late", stage: 2),
            operation("airports", "process", "with timers", stage: 3, states: [state("worst delays")]),
            operation("alerts", "sink", "HTTP POST", stage: 3),
            operation("store", "sink", "table airports", stage: 3),
        ],
        edges: [
            edge("flights", "parse", "Line"), edge("parse", "merged", "Flight"), edge("charter", "merged", "Flight"),
            edge("merged", "archive", "Flight"), edge("merged", "airborne", "Flight"),
            edge("airborne", "hourly", "Flight", .exchange), edge("hourly", "rank", "HourlyTotal"),
            edge("hourly", "late", "Flight", .side), edge("late", "late-out", "Flight"),
            edge("rank", "totals-out", "Ranked"), edge("rank", "airports", "Ranked", .exchange),
            edge("airports", "alerts", "Alert"), edge("airports", "store", "Airport"),
        ],
        stages: [
            GraphDescription.Stage(name: "flights", tasks: "1 per partition"),
            GraphDescription.Stage(name: "charter", tasks: "1 per partition"),
            GraphDescription.Stage(name: "hourly", tasks: "4"), GraphDescription.Stage(name: "airports", tasks: "1"),
        ])

    /// A source, a keyed operator with state and a sink, each carrying `text` wherever a name can stand.
    static func carrying(_ text: String) -> GraphDescription {
        GraphDescription(
            pipeline: text,
            operators: [
                operation("a" + text, text, text, stage: 0),
                operation("b" + text, text, text, stage: 1, states: [state(text)]),
                operation("c" + text, text, text, stage: 1),
            ],
            edges: [edge("a" + text, "b" + text, text, .exchange), edge("b" + text, "c" + text, text, .side)],
            stages: [
                GraphDescription.Stage(name: text, tasks: text), GraphDescription.Stage(name: text, tasks: "4"),
            ])
    }

    static func operation(
        _ id: String, _ kind: String, _ detail: String = "", stage: Int, states: [GraphDescription.State] = []
    ) -> GraphDescription.Operator {
        GraphDescription.Operator(
            id: id, kind: kind, detail: detail, stage: stage, states: states, isNamed: true, ancestry: kind,
            meaning: nil)
    }

    static func edge(
        _ from: String, _ to: String, _ record: String, _ kind: GraphDescription.Edge.Kind = .forward
    ) -> GraphDescription.Edge {
        GraphDescription.Edge(from: from, to: to, record: record, kind: kind)
    }

    static func state(_ name: String) -> GraphDescription.State {
        GraphDescription.State(name: name, keySchema: "String", valueSchema: "Total")
    }
}
