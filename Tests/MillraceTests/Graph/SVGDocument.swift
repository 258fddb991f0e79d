import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import Millrace
@testable import MillraceGraphRendering

/// What a test looks at in a drawing: parsed as XML, so that a drawing that is not well formed fails.
final class SVGDocument: NSObject, XMLParserDelegate {
    /// An element with what stands inside it.
    struct Element {
        var name: String
        var attributes: [String: String]
        /// The element's own text and its descendants', tooltips excepted.
        var text = ""
        var tooltip = ""

        /// A rectangle's place.
        var frame: GraphLayout.Frame? {
            let numbers = ["x", "y", "width", "height"].compactMap { attributes[$0].flatMap(Double.init) }
            guard name == "rect", numbers.count == 4 else { return nil }
            return GraphLayout.Frame(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
        }
    }

    private(set) var elements: [Element] = []
    private(set) var error: (any Error)?
    private var open: [Int] = []

    init(_ source: String) {
        super.init()
        let parser = XMLParser(data: Data(source.utf8))
        parser.delegate = self
        if !parser.parse() { error = parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    /// Groups that stand for operators, in the order in which they are drawn.
    var operators: [Element] { elements.filter { $0.attributes["data-operator"] != nil } }
    /// The rectangles that are an operator's box.
    var boxes: [GraphLayout.Frame] { elements.filter { $0.attributes["class"] == "box" }.compactMap(\.frame) }

    /// Elements of a class.
    func all(_ style: String) -> [Element] { elements.filter { $0.attributes["class"] == style } }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append(Element(name: name, attributes: attributes))
        open.append(elements.count - 1)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) {
        guard let innermost = open.last else { return }
        let isTooltip = elements[innermost].name == "title"
        for index in open {
            if isTooltip { elements[index].tooltip += characters } else { elements[index].text += characters }
        }
    }
}
