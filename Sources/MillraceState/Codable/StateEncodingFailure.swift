/// The reason why a value could not be encoded, in one line of limited length.
enum StateEncodingFailure {
    static func reason(_ error: any Error) -> String {
        guard let error = error as? EncodingError, case .invalidValue(let value, let context) = error else {
            return String("\(error)".prefix(500))
        }
        let path = context.codingPath.suffix(8).map(\.stringValue).joined(separator: ".")
        let shown = String("\(value)".prefix(80))
        let reason = context.debugDescription + (shown.isEmpty ? "" : " (\(shown))")
        return String((path.isEmpty ? reason : "\(path): \(reason)").prefix(500))
    }
}
