import Testing

@testable import Millrace
@testable import MillraceGraphRendering

@Suite("Names with special characters")
struct GraphEscapingTests {
    static let awkward = [
        #"say "hi""#, "a < b && c > d", "it's", "two\nlines", "carriage\rreturn\r\n", "tab\tbed", "escape \u{1B}[31m",
        "null \u{0}", "separator \u{2028}", "noncharacter \u{FFFE}", #"back\slash \N \"#, "end", "1. first", "- item",
        "`code`", "#quot;", "&lt;", "style:#46;", "x]y[z{}|()", "-->", "%% comment", "%%{init}%%", "direction TB",
        "subgraph", "*bold* _it_", "]]>", "<!--", "${HOME}", "日本語 📈 é", "\"\u{301}",
        String(repeating: "long", count: 40),
    ]

    @Test("SVG stays well-formed XML and shows the name", arguments: awkward)
    func svg(name: String) {
        let document = SVGDocument(SampleGraphs.carrying(name).rendered(as: .svg))
        #expect(document.error == nil)
        #expect(
            document.operators.map { $0.attributes["data-operator"] } == ["a", "b", "c"].map { ($0 + name).printable })
        for element in document.operators {
            #expect(element.text.filter { !$0.isWhitespace }.contains(name.printable.filter { !$0.isWhitespace }))
        }
        #expect(document.operators.count == 3 && document.all("edge").count == 2)
    }

    @Test("Mermaid labels hold nothing that its grammar, Markdown or HTML would read", arguments: awkward)
    func mermaid(name: String) {
        let lines = SampleGraphs.carrying(name).rendered(as: .mermaid).split(separator: "\n").map(String.init)
        #expect(lines.count == 11)
        for line in lines where line.contains("[") && !line.contains("accTitle") {
            #expect(line.unicodeScalars.count { $0 == "\"" } == 2, "\(line)")
            let label = line.split(separator: "\"", omittingEmptySubsequences: false)[1]
            let rest = label.replacing("<br/>", with: "").replacing(Self.entity, with: "")
            #expect(!rest.unicodeScalars.contains { "\"<>#;&`*_[]{}|:\\%".unicodeScalars.contains($0) }, "\(line)")
            #expect(!line.contains("direction"))
        }
        #expect(Self.decoded(lines[3]).contains("[\"a\(name.printable)<br/>\(name.printable)<br/>\(name.printable)\"]"))
        #expect(lines.suffix(2) == [#"    n0 ==>|"by key"| n1"#, "    n1 -.-> n2"])
    }

    @Test("DOT strings end where they should", arguments: awkward)
    func dot(name: String) {
        let text = SampleGraphs.carrying(name).rendered(as: .dot)
        let unquoted = text.replacing(/"(?:[^"\\]|\\.)*"/.matchingSemantics(.unicodeScalar), with: "Q")
        #expect(
            unquoted == """
                digraph Q {
                    rankdir=LR;
                    graph [fontname=Q];
                    node [fontname=Q, shape=box, style=rounded];
                    edge [fontname=Q];
                    subgraph cluster_0 {
                        label=Q;
                        Q [label=Q];
                    }
                    subgraph cluster_1 {
                        label=Q;
                        Q [label=Q, shape=cylinder, style=Q];
                        Q [label=Q];
                    }
                    Q -> Q [penwidth=3, label=Q];
                    Q -> Q [style=dashed];
                }

                """)
    }

    @Test("Text keeps to its lines and sends the terminal no escape sequences", arguments: awkward)
    func text(name: String) {
        let text = SampleGraphs.carrying(name).rendered(as: .text)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 14)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
        #expect(text.contains("a\(name.printable)  \(name.printable): \(name.printable)"))
    }

    @Test("Control characters are shown")
    func printable() {
        #expect("a\nb\r\nc\t\u{1B}\u{2028}é".printable == #"a\nb\r\nc\t\u{1b}\u{2028}é"#)
    }

    /// By scalar, since a combining mark may follow the semicolon.
    private static var entity: Regex<(Substring, Substring)> { /#([0-9]+);/.matchingSemantics(.unicodeScalar) }

    /// What Mermaid makes of its entities.
    private static func decoded(_ line: String) -> String {
        line.replacing(entity) { match in
            UInt32(match.1).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? "?"
        }
    }
}
