/// A source file without comments and literals: the identifiers in it, and the types that it declares.
struct SwiftText {
    /// Declared at the top level, and seen by other files.
    private(set) var declared: Set<String> = []
    /// All identifiers with an upper-case first letter that do not follow a point.
    private(set) var used: Set<String> = []

    private static let declaring: Set<String> = ["struct", "class", "enum", "protocol", "actor", "typealias"]

    init(_ source: String) {
        var depth = 0
        var isPrivate = false
        var (previous, before) = (Token.symbol(";"), Token.symbol(";"))
        for token in Self.tokens(of: Array(source.unicodeScalars)) {
            switch token {
            case .symbol("{"), .symbol("("), .symbol("["): depth += 1
            case .symbol("}"), .symbol(")"), .symbol("]"):
                depth -= 1
                isPrivate = false
            case .symbol: break
            case .word(let word):
                if depth == 0, word == "private" || word == "fileprivate" { isPrivate = true }
                // `import struct Foundation.TimeZone` declares nothing.
                if depth == 0, case .word(let keyword) = previous, Self.declaring.contains(keyword),
                    before != .word("import")
                {
                    if !isPrivate { declared.insert(word) }
                    isPrivate = false
                } else if word.first?.isUppercase == true, previous != .symbol(".") {
                    used.insert(word)
                }
            }
            (before, previous) = (previous, token)
        }
    }

    private enum Token: Equatable {
        case word(String)
        case symbol(Unicode.Scalar)
    }

    /// What is in a string between `\(` and its end is code again.
    private static func tokens(of text: [Unicode.Scalar]) -> [Token] {
        var tokens: [Token] = []
        /// For each open string its delimiter, and the parentheses open in its interpolation.
        var strings: [(delimiter: String, open: Int)] = []
        var index = 0
        func starts(_ prefix: String) -> Bool {
            let scalars = Array(prefix.unicodeScalars)
            return index + scalars.count <= text.count && Array(text[index..<index + scalars.count]) == scalars
        }
        func isWord(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isXIDContinue }
        while index < text.count {
            if let string = strings.last, string.open == 0 {
                if starts("\\(") {
                    strings[strings.count - 1].open = 1
                    index += 2
                } else if text[index] == "\\" {
                    index += 2
                } else if starts(string.delimiter) {
                    index += string.delimiter.unicodeScalars.count
                    strings.removeLast()
                } else {
                    index += 1
                }
                continue
            }
            let scalar = text[index]
            if starts("//") {
                while index < text.count, text[index] != "\n" { index += 1 }
            } else if starts("/*") {
                while index < text.count, !starts("*/") { index += 1 }
                index += 2
            } else if starts("\"\"\"") {
                strings.append(("\"\"\"", 0))
                index += 3
            } else if scalar == "\"" {
                strings.append(("\"", 0))
                index += 1
            } else if isWord(scalar) {
                let start = index
                while index < text.count, isWord(text[index]) { index += 1 }
                var word = String.UnicodeScalarView()
                word.append(contentsOf: text[start..<index])
                tokens.append(.word(String(word)))
            } else {
                if let string = strings.last {
                    if scalar == "(" { strings[strings.count - 1].open += 1 }
                    if scalar == ")" {
                        strings[strings.count - 1].open -= 1
                        if string.open == 1 {
                            index += 1
                            continue
                        }
                    }
                }
                if !scalar.properties.isWhitespace { tokens.append(.symbol(scalar)) }
                index += 1
            }
        }
        return tokens
    }
}
