import Millrace

/// The contents of the box of an operator, wrapped into lines.
struct OperatorCard {
    /// The operator's id, in bold.
    let nameLines: [String]
    /// The operator's kind and detail.
    let summaryLines: [String]
    /// The names of the operator's states, shown as badges.
    let badges: [String]

    init(_ operation: GraphDescription.Operator) {
        nameLines = TextMetrics.wrap(operation.id.printable, size: Self.nameSize, limit: Self.lineLimit)
        summaryLines = TextMetrics.wrap(operation.summary, size: Self.summarySize, limit: Self.lineLimit)
        badges = operation.states.map(\.name.printable)
    }

    static let nameSize = 15.0
    static let summarySize = 13.0
    static let badgeSize = 12.0
    static let nameHeight = 20.0
    static let summaryHeight = 18.0
    static let badgeHeight = 20.0
    static let badgeGap = 6.0
    /// The space in a badge for the cylinder on its left and for its rounded ends.
    static let badgeInset = (left: 26.0, right: 11.0)
    static let padding = (across: 14.0, along: 10.0)
    /// The width at which texts are wrapped; two boxes of this width fit side by side into a README.
    private static let lineLimit = 250.0
    private static let leastWidth = 130.0

    static func badgeWidth(_ name: String) -> Double {
        badgeInset.left + TextMetrics.width(of: name, size: badgeSize) + badgeInset.right
    }

    var width: Double {
        let names = nameLines.map { TextMetrics.width(of: $0, size: Self.nameSize, isBold: true) }
        let summaries = summaryLines.map { TextMetrics.width(of: $0, size: Self.summarySize) }
        let widest = (names + summaries + badges.map(Self.badgeWidth)).max() ?? 0
        return max(Self.leastWidth, (widest + 2 * Self.padding.across).rounded(.up))
    }

    var height: Double {
        let names = Double(nameLines.count) * Self.nameHeight
        let summaries = Double(summaryLines.count) * Self.summaryHeight
        return names + summaries + Double(badges.count) * (Self.badgeHeight + Self.badgeGap) + 2 * Self.padding.along
    }
}
