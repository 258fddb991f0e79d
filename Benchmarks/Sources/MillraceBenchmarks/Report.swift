import Foundation

/// How results are printed.
enum Report: Sendable {
    case table
    case json

    func printHeader() {
        if self == .table { StandardOutput.write(TableLine.header) }
    }

    func print(_ result: WorkloadResult) throws {
        switch self {
        case .table:
            StandardOutput.write(TableLine.row(result))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            StandardOutput.write(String(decoding: try encoder.encode(JSONLine(result: result)), as: UTF8.self))
        }
    }
}
