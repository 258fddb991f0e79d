/// Describes the value at an offset for an error message.
enum StateValueKind {
    static let null = "null"

    static func name(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> String {
        if offset < 0 { return null }
        let tag = try bytes.byte(offset, limit: bytes.count)
        switch tag {
        case StateTag.null: return null
        case StateTag.false, StateTag.true: return "a Bool"
        case StateTag.float, StateTag.double: return "a floating-point number"
        case StateTag.string: return "a string"
        case StateTag.bytes: return "\(try bytes.content(offset, limit: bytes.count).count) bytes"
        case StateTag.array: return "an array"
        case StateTag.object: return "an object"
        default:
            if let number = try Int128.read(bytes, at: offset) { return "the integer \(number)" }
            if let number = try UInt128.read(bytes, at: offset) { return "the integer \(number)" }
            return "the byte \(tag)"
        }
    }
}
