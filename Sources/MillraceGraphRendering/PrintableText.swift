import Millrace

extension String {
    /// The string on one line, control characters written as escapes.
    ///
    /// Names and details come from users and file names: a newline would break a line-based format, an escape sequence
    /// would reach the terminal, and XML 1.0 cannot hold control characters at all.
    var printable: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.isUnprintable: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: properties.isNoncharacterCodePoint || properties.isBidiControl
        }
    }
}

extension GraphDescription.Operator {
    /// `tumbling window: 1 h`, or the kind alone.
    var summary: String {
        detail.isEmpty ? kind.printable : "\(kind.printable): \(detail.printable)"
    }
}

extension GraphDescription.State {
    /// `totals: String -> Totals`.
    var summary: String {
        "\(name.printable): \(keySchema.printable) -> \(valueSchema.printable)"
    }
}

extension GraphDescription.Stage {
    /// `origins (4 tasks)`.
    var title: String { "\(name.printable) (\(taskTitle))" }

    /// `4 tasks` for `4`; what is not a plain number (`1 per partition`) stays as it is.
    var taskTitle: String {
        guard let count = Int(tasks) else { return tasks.printable }
        return count == 1 ? "1 task" : "\(count) tasks"
    }
}
