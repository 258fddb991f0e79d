import Testing

@testable import Millrace
@testable import MillraceGraphRendering

@Suite("A graph as SVG")
struct GraphSVGTests {
    private let graph = SampleGraphs.airports
    private let document = SVGDocument(SampleGraphs.airports.rendered(as: .svg))

    @Test("Every operator has a box with its id, kind, detail and states")
    func operators() {
        #expect(document.error == nil)
        #expect(document.operators.count == graph.operators.count)
        for operation in graph.operators {
            let element = document.operators.first { $0.attributes["data-operator"] == operation.id }
            let text = Self.withoutSpaces(element?.text ?? "")
            let parts = [operation.id, operation.kind, operation.detail] + operation.states.map(\.name)
            for part in parts where !part.isEmpty {
                #expect(text.contains(Self.withoutSpaces(part)), "\(part) in \(operation.id)")
            }
            for state in operation.states { #expect(element?.tooltip.contains(state.valueSchema) == true) }
        }
    }

    @Test("No two boxes overlap")
    func boxes() {
        let boxes = document.boxes
        #expect(boxes.count == graph.operators.count)
        for (index, box) in boxes.enumerated() {
            #expect(!boxes[(index + 1)...].contains { $0.overlaps(box) })
        }
    }

    @Test("Stages have their task counts, edges their kinds, exchanges a label")
    func stagesAndEdges() {
        let stages = document.all("stage").map { $0.text.split(separator: "\n").joined(separator: ", ") }
        #expect(
            stages == [
                "flights, 1 per partition", "charter, 1 per partition",
                "within flights, charter, in the tasks of each of these stages", "hourly, 4 tasks", "airports, 1 task",
            ])
        #expect(document.all("edge").count == graph.edges.count)
        let heads = GraphSVGTests.kinds.map { document.all("\($0)-head").count }
        #expect(heads == [10, 2, 1])
        #expect(document.all("muted label-text").map(\.text) == ["by key", "by key"])
        #expect(document.all("edge").contains { $0.tooltip.contains("airborne to hourly: Flight") })
    }

    @Test("The legend explains the marks that the drawing has, and no others")
    func legend() {
        let full = document.all("legend").first?.text ?? ""
        for meaning in ["stage", "call", "exchange", "side output", "keyed state"] { #expect(full.contains(meaning)) }
        var plain = graph
        plain.edges.removeAll { $0.kind == .side }
        let legend = SVGDocument(plain.rendered(as: .svg)).all("legend").first?.text ?? ""
        #expect(!legend.contains("side output"))
    }

    @Test("It has a title and follows the reader's colour scheme")
    func accessibility() {
        let source = graph.rendered(as: .svg)
        #expect(source.contains("<title>flight delays: operator graph</title>"))
        #expect(source.contains("@media (prefers-color-scheme: dark)"))
    }

    private static let kinds = ["forward", "exchange", "side"]

    /// Long details are broken into lines.
    private static func withoutSpaces(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}
