import Foundation
import MillraceRecords
import MillraceTime

/// Reads the members of an object of a parsed document for a `SchemaRecord`: any valid JSON, with errors that say where
/// and what.
struct JSONNodeReader: FieldReader {
    private let document: JSONDocument
    private let tape: Tape
    /// The object whose fields are read.
    private var object: Int
    /// The value that is read next; `nil` if there is none.
    private var node: Int?
    /// The name of the field, for errors.
    private var name: StaticString = ""

    init(_ document: JSONDocument, _ tape: Tape, node: Int) {
        self.document = document
        self.tape = tape
        self.node = node
        object = node
    }

    private mutating func find(_ name: StaticString) {
        self.name = name
        let wanted = "\(name)"
        node =
            document.options.keys == .useDefaultKeys
            ? tape.member(wanted, of: object)
            : tape.members(of: object).first { document.propertyName(tape.string($0)) == wanted }.map { $0 + 1 }
    }

    mutating func readField<Value: FieldValue>(_ name: StaticString) throws -> Value {
        find(name)
        return try Value.read(from: &self)
    }

    mutating func readField<Value: FieldValue>(_ name: StaticString, default: () -> Value) throws -> Value {
        find(name)
        guard let node, tape.kind(node) != .null else { return `default`() }
        return try Value.read(from: &self)
    }

    /// The value that is read next; throws if there is none.
    private func present() throws -> Int {
        guard let node else { throw document.missing(JSONKey(stringValue: "\(name)"), in: object, on: tape) }
        return node
    }

    mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable & Sendable>() throws -> T {
        try document.integer(T.self, at: try present(), on: tape)
    }

    mutating func readDouble() throws -> Double { try document.double(at: try present(), on: tape) }

    mutating func readFloat() throws -> Float { try document.float(at: try present(), on: tape) }

    mutating func readBool() throws -> Bool { try document.bool(at: try present(), on: tape) }

    mutating func readString() throws -> String { try document.string(at: try present(), on: tape) }

    mutating func readInlineText() throws -> InlineText {
        let text = try readString()
        if let short = InlineText(text[...]) { return short }
        throw document.corrupted(
            "expected a text of at most \(InlineText.capacity) bytes, found \(text.utf8.count)", at: try present(),
            on: tape)
    }

    mutating func readTimestamp() throws -> Timestamp {
        try document.value(Timestamp.self, at: try present(), generation: document.state.pointee.generation)
    }

    mutating func readDate() throws -> Date {
        try document.value(Date.self, at: try present(), generation: document.state.pointee.generation)
    }

    mutating func readNumberText() throws -> String {
        let number = try present()
        guard tape.kind(number).isNumber else { throw document.mismatch(Decimal.self, at: number, on: tape) }
        return document.numberText(number, on: tape)
    }

    mutating func readOptional<Value: FieldValue>() throws -> Value? {
        guard let node, tape.kind(node) != .null else { return nil }
        return try Value.read(from: &self)
    }

    mutating func readArray<Element: FieldValue>() throws -> [Element] {
        let array = try present()
        guard tape.kind(array) == .array else { throw document.noContainer([Any].self, at: array, on: tape) }
        var elements: [Element] = []
        var element = array + 1
        while element < tape.end(array) {
            node = element
            elements.append(try Element.read(from: &self))
            element = tape.after(element)
        }
        return elements
    }

    mutating func readDictionary<Value: FieldValue>() throws -> [String: Value] {
        let dictionary = try present()
        guard tape.kind(dictionary) == .object else {
            throw document.noContainer([String: Any].self, at: dictionary, on: tape)
        }
        var entries: [String: Value] = [:]
        for key in tape.members(of: dictionary) {
            let name = tape.string(key)
            // As in Foundation, the first of several counts.
            guard entries[name] == nil else { continue }
            node = key + 1
            entries[name] = try Value.read(from: &self)
        }
        return entries
    }

    mutating func readRecord<Value: SchemaRecord>() throws -> Value {
        let record = try present()
        guard tape.kind(record) == .object else { throw document.noContainer([String: Any].self, at: record, on: tape) }
        let outer = (object, node, name)
        object = record
        let value = try Value.read(fieldsFrom: &self)
        (object, node, name) = outer
        return value
    }

    func mismatch<Value: FieldValue>(_ type: Value.Type, expected: String, found: String) -> any Error {
        guard let node else { return document.missing(JSONKey(stringValue: "\(name)"), in: object, on: tape) }
        return document.corrupted("expected \(expected), found \(found)", at: node, on: tape)
    }
}
