import ArgumentParser
import Millrace
import MillraceGraphRendering

/// Prints a query's operator graph.
struct ShowGraph: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "graph", abstract: "Print a query's operator graph.")

    @Argument(help: "q0 to q22.")
    var query: Query

    @Option(help: "text, mermaid, dot or svg.")
    var format = GraphFormat.text

    func run() {
        let pipeline = Pipeline(query.rawValue) { graph in
            let streams = EventStreams(
                graph, folder: "events", disorder: .seconds(1), sideInput: nil, rowsPerSecond: nil)
            query.declaration.declare(streams, Results(place: .directory("rows")))
        }
        print(pipeline.graph().rendered(as: format), terminator: "")
    }
}

extension GraphFormat: @retroactive ExpressibleByArgument {}
