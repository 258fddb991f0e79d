import Foundation
import MillraceJSON
import Testing

/// What a decoder made of a text: a value, or the kind of error with its path.
enum Outcome<T> {
    case value(T)
    case failure(String)
}

func outcome<T>(_ body: () throws -> T) -> Outcome<T> {
    do { return .value(try body()) } catch { return .failure(kind(of: error)) }
}

/// The error's case and path, and for a type's own errors no more than that there was one.
func kind(of error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context): "no \(key.stringValue) in \(path(context.codingPath))"
    case DecodingError.valueNotFound(_, let context): "null at \(path(context.codingPath))"
    case DecodingError.typeMismatch(_, let context): "mismatch at \(path(context.codingPath))"
    case DecodingError.dataCorrupted: "corrupted"
    default: "\(error)"
    }
}

private func path(_ keys: [any CodingKey]) -> String {
    keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
}

/// Foundation's decoder, set as `options` say.
func foundationDecoder(_ options: JSONDecodingOptions) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy =
        switch options.dates {
        case .deferredToDate: .deferredToDate
        case .secondsSince1970: .secondsSince1970
        case .millisecondsSince1970: .millisecondsSince1970
        case .iso8601: .iso8601
        }
    decoder.keyDecodingStrategy = options.keys == .useDefaultKeys ? .useDefaultKeys : .convertFromSnakeCase
    return decoder
}

/// Both decoders make the same value of `json`, or both refuse it for the same reason.
func expectSame<T: Decodable & Equatable>(
    _ type: T.Type, _ json: String, options: JSONDecodingOptions = JSONDecodingOptions(),
    _ location: SourceLocation = #_sourceLocation
) throws {
    let ours = outcome { try JSONRecordDecoder(options: options).decode(type, from: json) }
    let theirs = outcome { try foundationDecoder(options).decode(type, from: Data(json.utf8)) }
    switch (ours, theirs) {
    case (.value(let one), .value(let other)): #expect(one == other, "\(type) from \(json)", sourceLocation: location)
    case (.failure(let one), .failure(let other)):
        #expect(one == other, "\(type) from \(json)", sourceLocation: location)
    default: Issue.record("\(type) from \(json): \(ours), Foundation \(theirs)", sourceLocation: location)
    }
}
