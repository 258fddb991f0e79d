import Millrace

/// The text of `deadletters show`: one dead letter in full.
struct DeadLetterSheet {
    private let letter: DeadLetterRecord

    init(_ letter: DeadLetterRecord) { self.letter = letter }

    var text: String {
        ([letter.name] + facts + headers + [""] + value).joined(separator: "\n")
    }

    private var facts: [String] {
        let origin = letter.origin.map { origin in
            origin + (letter.originTimestamp.map { ", written \($0)" } ?? "")
        }
        let all: [(String, String?)] = [
            ("given up", letter.givenUpAt?.description),
            ("reason", letter.reason),
            ("attempts", letter.attempts.map(TextTable.grouped)),
            ("rounds", letter.round.map(TextTable.grouped)),
            ("operator", letter.operatorID),
            ("from", origin),
            ("replayed", letter.replays == 0 ? nil : "\(letter.replays) times before"),
            ("written", letter.timestamp?.description),
            ("key", letter.key.map(ShownBytes.word) ?? "null"),
        ]
        return all.compactMap { name, value in
            value.map { "  " + name.padding(to: 10) + ShownBytes.printable($0) }
        }
    }

    private var headers: [String] {
        if letter.headers.isEmpty { return ["", "no headers"] }
        let width = letter.headers.map { ShownBytes.printable($0.name).count }.max() ?? 0
        return ["", "headers"]
            + letter.headers.map { header in
                let value = header.value.map { ShownBytes.printable(ShownBytes.word($0)) } ?? "null"
                return "  " + ShownBytes.printable(header.name).padding(to: width + 2) + value
            }
    }

    private var value: [String] {
        guard let bytes = letter.value else { return ["no value (null)"] }
        let title = "value, \(TextTable.grouped(Int64(bytes.count))) bytes"
        if bytes.isEmpty { return [title] }
        if let document = IndentedJSON.text(bytes) {
            return [title + ", JSON", ShownBytes.printable(document, linesStay: true)]
        }
        // A value that contains a zero byte is hardly text, even if it is valid UTF-8.
        if let text = ShownBytes.text(bytes), !bytes.contains(0) {
            return [title, ShownBytes.printable(text, linesStay: true)]
        }
        return [title + ", not text", ShownBytes.dump(bytes)]
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
