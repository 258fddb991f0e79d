/// The colours and fonts of a drawing: light by default, and dark if the reader's system is.
enum SVGStyle {
    /// The colour of an element in both colour schemes.
    private struct Colour {
        var selector: String
        var property: String
        var light: String
        var dark: String
    }

    private static let colours = [
        Colour(selector: ".page", property: "fill", light: "#ffffff", dark: "#0d1117"),
        Colour(selector: ".area", property: "fill", light: "#f1f5f9", dark: "#161b22"),
        Colour(selector: ".area", property: "stroke", light: "#cbd5e1", dark: "#30363d"),
        Colour(selector: ".box", property: "fill", light: "#ffffff", dark: "#21262d"),
        Colour(selector: ".box", property: "stroke", light: "#64748b", dark: "#8b949e"),
        Colour(selector: ".name", property: "fill", light: "#0f172a", dark: "#f0f6fc"),
        Colour(selector: ".muted", property: "fill", light: "#475569", dark: "#adbac7"),
        Colour(selector: ".badge", property: "fill", light: "#dcfce7", dark: "#12351f"),
        Colour(selector: ".badge-text", property: "fill", light: "#14532d", dark: "#8ee8ae"),
        Colour(selector: ".cylinder", property: "stroke", light: "#14532d", dark: "#8ee8ae"),
        Colour(selector: ".forward", property: "stroke", light: "#64748b", dark: "#8b949e"),
        Colour(selector: ".forward-head", property: "fill", light: "#64748b", dark: "#8b949e"),
        Colour(selector: ".exchange", property: "stroke", light: "#c2410c", dark: "#f0883e"),
        Colour(selector: ".exchange-head", property: "fill", light: "#c2410c", dark: "#f0883e"),
        Colour(selector: ".label", property: "stroke", light: "#c2410c", dark: "#f0883e"),
        Colour(selector: ".side", property: "stroke", light: "#7c3aed", dark: "#b392f0"),
        Colour(selector: ".side-head", property: "fill", light: "#7c3aed", dark: "#b392f0"),
    ]

    /// The style sheet.
    ///
    /// Without custom properties, because several converters (librsvg, Inkscape) do not support `var()`.
    static var sheet: [String] {
        let dark = colours.map { "\($0.selector) { \($0.property): \($0.dark); }" }
        return [
            "text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }",
            ".name { font-size: \(OperatorCard.nameSize.xmlNumber)px; font-weight: 600; }",
            ".heading { font-size: 20px; }",
            ".title { font-size: \(GraphLayout.titleSize.xmlNumber)px; }",
            ".summary { font-size: \(OperatorCard.summarySize.xmlNumber)px; }",
            ".small { font-size: \(GraphLayout.subtitleSize.xmlNumber)px; }",
            ".badge-text { font-size: \(OperatorCard.badgeSize.xmlNumber)px; }",
            ".label-text { font-size: \(GraphLayout.labelSize.xmlNumber)px; text-anchor: middle; }",
            ".box, .area { stroke-width: 1.2; }",
            ".forward, .exchange, .side, .cylinder { fill: none; }",
            ".forward { stroke-width: 1.6; }",
            ".exchange { stroke-width: 4; }",
            ".side { stroke-width: 1.8; stroke-dasharray: 6 4; }",
            ".label { stroke-width: 1.2; }",
            ".cylinder { stroke-width: 1.3; }",
        ] + colours.map { "\($0.selector) { \($0.property): \($0.light); }" }
            + ["@media (prefers-color-scheme: dark) {"] + dark.map { "    " + $0 } + ["}"]
    }
}
