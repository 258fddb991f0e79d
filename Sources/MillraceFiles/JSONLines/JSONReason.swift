import Foundation

/// Returns why a value could not be decoded from or encoded to JSON: the path, what was expected, what was found.
func jsonReason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
        "\(jsonPath(context.codingPath + [key])): expected a value, found nothing"
    case DecodingError.valueNotFound(let type, let context):
        "\(jsonPath(context.codingPath)): expected \(type), found null"
    case DecodingError.typeMismatch(let type, let context):
        "\(jsonPath(context.codingPath)): expected \(type) (\(context.debugDescription))"
    case DecodingError.dataCorrupted(let context):
        "\(jsonPath(context.codingPath)): \(context.debugDescription)\(cause(context.underlyingError))"
    case EncodingError.invalidValue(_, let context):
        "\(jsonPath(context.codingPath)): \(context.debugDescription)"
    default:
        "\(error)"
    }
}

/// Returns the path as text, such as `items[2].price`; `the value` for the root.
private func jsonPath(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { path, key in
        if let index = key.intValue {
            path += "[\(index)]"
        } else {
            path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
        }
    }.ifEmpty("the value")
}

private func cause(_ error: (any Error)?) -> String {
    guard let error else { return "" }
    let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
    return " \(detail ?? "\(error)")"
}

extension String {
    fileprivate func ifEmpty(_ other: String) -> String { isEmpty ? other : self }
}
