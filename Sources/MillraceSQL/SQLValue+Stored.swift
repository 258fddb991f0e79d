import Millrace

/// The binary format of rows in a state folder: a byte for the kind, then the value.
extension SQLValue {
    private enum Tag {
        static let null: UInt8 = 0
        static let integer: UInt8 = 1
        static let real: UInt8 = 2
        static let text: UInt8 = 3
        static let blob: UInt8 = 4
    }

    func encode(into writer: inout ByteWriter) {
        switch self {
        case .null: writer.write(Tag.null)
        case .integer(let value):
            writer.write(Tag.integer)
            writer.write(value)
        case .real(let value):
            writer.write(Tag.real)
            writer.write(value.bitPattern)
        case .text(let value):
            writer.write(Tag.text)
            writer.write(value)
        case .blob(let value):
            writer.write(Tag.blob)
            writer.writeLength(value.count)
            value.withUnsafeBytes { writer.write($0) }
        }
    }

    init(from reader: inout ByteReader) throws(StateDecodingError) {
        let tag = try reader.read(UInt8.self)
        switch tag {
        case Tag.null: self = .null
        case Tag.integer: self = .integer(try reader.read())
        case Tag.real: self = .real(Double(bitPattern: try reader.read()))
        case Tag.text: self = .text(try reader.readString())
        case Tag.blob: self = .blob([UInt8](try reader.readBytes(try reader.readLength())))
        default: throw StateDecodingError(expected: "a kind of value from 0 to 4", found: "\(tag)")
        }
    }
}
