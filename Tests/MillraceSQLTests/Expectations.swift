import Testing

/// Expects an error's text to contain all parts.
func expect(_ error: (any Error)?, names parts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    let text = error.map { "\($0)" } ?? "no error"
    for part in parts {
        #expect(text.contains(part), "'\(part)' is missing in: \(text)", sourceLocation: sourceLocation)
    }
}
