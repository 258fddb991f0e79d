import Millrace

/// A form in which a pipeline's operator graph can be written.
public enum GraphFormat: String, CaseIterable, Sendable {
    /// For a terminal: stages, their operators, and where each operator's records go.
    case text
    /// A Mermaid flowchart, which GitHub and many documentation tools draw from a fenced `mermaid` block.
    case mermaid
    /// Graphviz: `dot -Tsvg`.
    case dot
    /// A drawing that needs no other tool; follows the reader's light or dark colour scheme.
    case svg
}

extension GraphDescription {
    /// The graph as text in `format`, ending in a newline; the same graph always gives the same text.
    ///
    /// Names may hold any characters: each format escapes what it must, and shows control characters as `\n` or
    /// `\u{1b}`.
    ///
    /// ```swift
    /// print(pipeline.graph().rendered(as: .mermaid), terminator: "")
    /// ```
    public func rendered(as format: GraphFormat) -> String {
        switch format {
        case .text: TextRendering(graph: self).text
        case .mermaid: MermaidRendering(graph: self).text
        case .dot: DOTRendering(graph: self).text
        case .svg: SVGRendering(graph: self).text
        }
    }
}
