import MillraceRecords

/// The stored form of a field, as the schema of a record says it: `Visit{page:String,at:Timestamp?}`.
indirect enum StoredType: Hashable, Sendable {
    /// A type of fixed width, or text, by its name.
    case scalar(String)
    case optional(StoredType)
    case array(StoredType)
    case dictionary(StoredType)
    case record(name: String, fields: [StoredField])

    struct StoredField: Hashable, Sendable {
        var name: String
        var type: StoredType
    }

    /// The bytes of each scalar; text has a length of its own.
    static let widths: [String: Int] = [
        "Int": 8, "Int8": 1, "Int16": 2, "Int32": 4, "Int64": 8, "UInt": 8, "UInt8": 1, "UInt16": 2, "UInt32": 4,
        "UInt64": 8, "Double": 8, "Float": 4, "Bool": 1, "Timestamp": 8,
        "Date": 8,
    ]
    static let text = StoredType.scalar("String")

    static func record(_ record: RecordDescription) -> StoredType {
        .record(
            name: record.name,
            fields: record.fields.map { StoredField(name: $0.name, type: StoredType($0.type)) })
    }

    init(_ type: FieldType) {
        self =
            switch type {
            case .integer(let name): .scalar(name)
            case .double: .scalar("Double")
            case .float: .scalar("Float")
            case .bool: .scalar("Bool")
            case .timestamp: .scalar("Timestamp")
            case .date: .scalar("Date")
            case .string, .inlineText, .decimal: Self.text
            case .optional(let type): .optional(StoredType(type))
            case .array(let type): .array(StoredType(type))
            case .dictionary(let type): .dictionary(StoredType(type))
            case .enumeration(_, let type): StoredType(type)
            case .record(let record): .record(record)
            }
    }
}

extension StoredType: CustomStringConvertible {
    var description: String {
        switch self {
        case .scalar(let name): name
        case .optional(let type): "\(type)?"
        case .array(let type): "[\(type)]"
        case .dictionary(let type): "[:\(type)]"
        case .record(let name, let fields):
            "\(Self.escaped(name)){\(fields.map { "\(Self.escaped($0.name)):\($0.type)" }.joined(separator: ","))}"
        }
    }

    /// A name, with a backslash before each character that means something in a schema.
    private static func escaped(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            if "\\{}[]:,?".contains(character) { text.append("\\") }
            text.append(character)
        }
    }

    /// Reads a description; `nil` if it is none, such as the schema of a type without fields.
    init?(parsing schema: String) {
        var parser = StoredTypeParser(schema)
        guard let type = parser.type(), parser.isAtEnd else { return nil }
        self = type
    }
}

/// Reads the description of a `StoredType`.
private struct StoredTypeParser {
    private var rest: Substring
    private var depth = 0

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func type() -> StoredType? {
        // The schema comes from a file: not deeper than any type is.
        depth += 1
        defer { depth -= 1 }
        guard depth < 64, var type = plainType() else { return nil }
        var marks = depth
        while skip("?") {
            marks += 1
            guard marks < 64 else { return nil }
            type = .optional(type)
        }
        return type
    }

    private mutating func plainType() -> StoredType? {
        if skip("[") {
            let isDictionary = skip(":")
            guard let element = type(), skip("]") else { return nil }
            return isDictionary ? .dictionary(element) : .array(element)
        }
        let name = name()
        guard skip("{") else { return name == "String" || StoredType.widths[name] != nil ? .scalar(name) : nil }
        var fields: [StoredType.StoredField] = []
        if skip("}") { return .record(name: name, fields: []) }
        repeat {
            let field = self.name()
            guard skip(":"), let type = type() else { return nil }
            fields.append(StoredType.StoredField(name: field, type: type))
        } while skip(",")
        return skip("}") ? .record(name: name, fields: fields) : nil
    }

    private mutating func name() -> String {
        var name = ""
        while let next = rest.first {
            if next == "\\" {
                rest.removeFirst()
                if let escaped = rest.popFirst() { name.append(escaped) }
            } else if "{}[]:,?".contains(next) {
                break
            } else {
                name.append(next)
                rest.removeFirst()
            }
        }
        return name
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }
}
