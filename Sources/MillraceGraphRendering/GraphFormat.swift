import Millrace

/// An output format for the operator graph of a pipeline.
///
/// ```swift
/// let format = GraphFormat(rawValue: "mermaid") ?? .text
/// print(pipeline.graph().rendered(as: format), terminator: "")
/// ```
public enum GraphFormat: String, CaseIterable, Sendable {
    /// Plain text for a terminal: the stages, their operators, and the edges of each operator.
    case text
    /// A Mermaid flowchart, which GitHub and many documentation tools render from a fenced `mermaid` block.
    case mermaid
    /// The DOT language of Graphviz, rendered by `dot -Tsvg`.
    case dot
    /// An SVG image, which follows the reader's light or dark colour scheme.
    case svg
}

extension GraphDescription {
    /// Renders the graph in a text format. The same graph always results in the same text.
    ///
    /// Names may contain any characters: they are escaped as the format requires, and control characters are shown as
    /// `\n` or `\u{1b}`.
    ///
    /// ```swift
    /// print(pipeline.graph().rendered(as: .mermaid), terminator: "")
    /// ```
    ///
    /// - Parameter format: The output format.
    /// - Returns: The text, which ends with a newline.
    public func rendered(as format: GraphFormat) -> String {
        switch format {
        case .text: TextRendering(graph: self).text
        case .mermaid: MermaidRendering(graph: self).text
        case .dot: DOTRendering(graph: self).text
        case .svg: SVGRendering(graph: self).text
        }
    }
}
