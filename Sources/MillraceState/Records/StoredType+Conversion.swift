extension StoredType {
    /// Whether every value of this type can be stored as one of `other`.
    func converts(to other: StoredType) -> Bool {
        switch (self, other) {
        case _ where self == other: true
        case (.optional(let type), .optional(let other)): type.converts(to: other)
        case (_, .optional(let other)): converts(to: other)
        case (.scalar(let name), .scalar(let other)): Self.widens(name, to: other)
        case (.array(let type), .array(let other)), (.dictionary(let type), .dictionary(let other)):
            type.converts(to: other)
        case (.record(_, let fields), .record(_, let others)):
            others.allSatisfy { other in
                guard let field = fields.first(where: { $0.name == other.name }) else { return other.type.isOptional }
                return field.type.converts(to: other.type)
            }
        default: false
        }
    }

    var isOptional: Bool { if case .optional = self { true } else { false } }

    /// Whether each value of one number type is one of the other.
    private static func widens(_ name: String, to other: String) -> Bool {
        if name == "Float", other == "Double" { return true }
        guard let (isSigned, bits) = integer(name), let (otherIsSigned, otherBits) = integer(other) else {
            return false
        }
        return isSigned == otherIsSigned ? bits <= otherBits : otherIsSigned && bits < otherBits
    }

    private static func integer(_ name: String) -> (isSigned: Bool, bits: Int)? {
        guard name.contains("Int"), let width = widths[name] else { return nil }
        return (!name.hasPrefix("U"), width * 8)
    }

    /// Skips a value.
    func skip(_ reader: inout ByteReader) throws {
        switch self {
        case .scalar(let name):
            _ = try reader.readBytes(try Self.widths[name] ?? reader.readLength())
        case .optional(let type):
            if try Bool.decode(from: &reader) { try type.skip(&reader) }
        case .array(let type):
            for _ in 0..<(try reader.readLength()) { try type.skip(&reader) }
        case .dictionary(let type):
            for _ in 0..<(try reader.readLength()) {
                try Self.text.skip(&reader)
                try type.skip(&reader)
            }
        case .record(_, let fields):
            for field in fields { try field.type.skip(&reader) }
        }
    }

    /// Reads a value of this type and writes it as one of `other`, to which the type converts.
    func convert(_ reader: inout ByteReader, to other: StoredType, into writer: inout ByteWriter) throws {
        switch (self, other) {
        case _ where self == other:
            var after = reader
            try skip(&after)
            writer.write(try reader.readBytes(reader.remaining - after.remaining))
        case (.optional(let type), .optional(let other)):
            let hasValue = try Bool.decode(from: &reader)
            hasValue.encode(into: &writer)
            if hasValue { try type.convert(&reader, to: other, into: &writer) }
        case (_, .optional(let other)):
            true.encode(into: &writer)
            try convert(&reader, to: other, into: &writer)
        case (.scalar("Float"), _):
            Double(try Float.decode(from: &reader)).encode(into: &writer)
        case (.scalar(let name), .scalar(let other)):
            try Self.widen(&reader, name, to: Self.widths[other] ?? 8, into: &writer)
        case (.array(let type), .array(let other)):
            let count = try reader.readLength()
            writer.writeLength(count)
            for _ in 0..<count { try type.convert(&reader, to: other, into: &writer) }
        case (.dictionary(let type), .dictionary(let other)):
            let count = try reader.readLength()
            writer.writeLength(count)
            for _ in 0..<count {
                try Self.text.convert(&reader, to: Self.text, into: &writer)
                try type.convert(&reader, to: other, into: &writer)
            }
        case (.record(_, let fields), .record(_, let others)):
            let values = try Self.places(of: fields, &reader)
            for other in others {
                guard let index = fields.firstIndex(where: { $0.name == other.name }) else {
                    false.encode(into: &writer)
                    continue
                }
                var value = values[index]
                try fields[index].type.convert(&value, to: other.type, into: &writer)
            }
        default:
            throw StateDecodingError(expected: "\(other)", found: "\(self)")
        }
    }

    /// Readers of each of the fields, which `reader` is after then.
    static func places(of fields: [StoredField], _ reader: inout ByteReader) throws -> [ByteReader] {
        try fields.map { field in
            let place = reader
            try field.type.skip(&reader)
            return place
        }
    }

    private static func widen(
        _ reader: inout ByteReader, _ name: String, to width: Int, into writer: inout ByteWriter
    ) throws {
        let bytes = try reader.readBytes(widths[name] ?? 8)
        writer.write(bytes)
        let isNegative = !name.hasPrefix("U") && (bytes.last ?? 0) >= 0x80
        for _ in bytes.count..<width { writer.write(isNegative ? UInt8.max : 0) }
    }
}
