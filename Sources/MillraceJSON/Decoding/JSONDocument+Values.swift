import Foundation

extension JSONDocument {
    /// Decodes the value at `node`: `Date`, `Data`, `URL` and `Decimal` as Foundation does, other types with their
    /// `init(from:)`.
    @inline(__always)
    func value<T: Decodable>(_ type: T.Type, at node: Int, generation: UInt32) throws -> T {
        if type == Date.self || type == Data.self || type == URL.self || type == Decimal.self {
            return try foundationValue(type, at: node, generation: generation)
        }
        if state.pointee.convertsKeys, let dictionary = type as? any StringKeyedDictionary.Type,
            let value = try dictionary.decode(at: node, of: self, generation: generation) as? T
        {
            return value
        }
        return try T(from: ValueDecoder(document: self, node: node, generation: generation))
    }

    @inline(never)
    private func foundationValue<T: Decodable>(_ type: T.Type, at node: Int, generation: UInt32) throws -> T {
        let tape = try tape(generation)
        if tape.kind(node) == .null { throw mismatch(type, at: node, on: tape) }
        let value: Any =
            switch type {
            case is Date.Type: try date(at: node, on: tape)
            case is Data.Type: try data(at: node, on: tape)
            case is URL.Type: try url(at: node, on: tape)
            default: try decimal(at: node, on: tape)
            }
        guard let value = value as? T else { throw mismatch(type, at: node, on: tape) }
        return value
    }

    private func date(at node: Int, on tape: Tape) throws -> Date {
        switch options.dates {
        case .deferredToDate: return Date(timeIntervalSinceReferenceDate: try double(at: node, on: tape))
        case .secondsSince1970: return Date(timeIntervalSince1970: try double(at: node, on: tape))
        case .millisecondsSince1970: return Date(timeIntervalSince1970: try double(at: node, on: tape) / 1000)
        case .iso8601:
            let text = try string(at: node, on: tape)
            guard let date = try? Date(text, strategy: .iso8601) else {
                throw corrupted("Expected date string to be ISO8601-formatted.", at: node, on: tape)
            }
            return date
        }
    }

    private func data(at node: Int, on tape: Tape) throws -> Data {
        guard let data = Data(base64Encoded: try string(at: node, on: tape)) else {
            throw corrupted("Encountered Data is not valid Base64.", at: node, on: tape)
        }
        return data
    }

    private func url(at node: Int, on tape: Tape) throws -> URL {
        guard let url = URL(string: try string(at: node, on: tape)) else {
            throw corrupted("Invalid URL string.", at: node, on: tape)
        }
        return url
    }

    private func decimal(at node: Int, on tape: Tape) throws -> Decimal {
        guard tape.kind(node).isNumber else { throw mismatch(Decimal.self, at: node, on: tape) }
        let text = numberText(node, on: tape)
        guard let value = Decimal(string: text) else {
            throw corrupted("Number \(text) is not representable as Decimal.", at: node, on: tape)
        }
        return value
    }
}
