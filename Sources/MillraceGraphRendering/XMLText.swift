extension String {
    /// The string as XML text or attribute value, with control characters made visible and special characters escaped.
    var xmlEscaped: String {
        printable.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Double {
    /// The number as text, rounded to a tenth, without a trailing `.0`.
    var xmlNumber: String {
        let tenths = (self * 10).rounded()
        return tenths.remainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
    }
}
