import Millrace

extension String {
    /// The string on one line, with control characters written as escapes.
    ///
    /// Names and details come from users and file names. A newline would break a line-based format, an escape sequence
    /// would reach the terminal, and XML 1.0 does not allow control characters.
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
    /// The kind and the detail, such as `tumbling window: 1 h`, or the kind alone.
    var summary: String {
        detail.isEmpty ? kind.printable : "\(kind.printable): \(detail.printable)"
    }
}

extension GraphDescription.State {
    /// The name and the types of the state, such as `totals: String -> Totals`.
    var summary: String {
        "\(name.printable): \(keySchema.printable) -> \(valueSchema.printable)"
    }
}

extension GraphDescription.Stage {
    /// The name and the number of tasks, such as `origins (4 tasks)`.
    var title: String { "\(name.printable) (\(taskTitle))" }

    /// The number of tasks: `4 tasks` for `4`. Other texts (`1 per partition`) are not changed.
    var taskTitle: String {
        guard let count = Int(tasks) else { return tasks.printable }
        return count == 1 ? "1 task" : "\(count) tasks"
    }
}
