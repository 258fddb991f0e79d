/// The kind of a word on simdjson's tape, which is its highest byte.
struct NodeKind: Equatable {
    let byte: UInt8

    static var object: NodeKind { NodeKind(byte: UInt8(ascii: "{")) }
    static var array: NodeKind { NodeKind(byte: UInt8(ascii: "[")) }
    static var string: NodeKind { NodeKind(byte: UInt8(ascii: "\"")) }
    /// An integer that fits into `Int64`.
    static var signed: NodeKind { NodeKind(byte: UInt8(ascii: "l")) }
    /// An integer that fits into `UInt64` but not into `Int64`.
    static var unsigned: NodeKind { NodeKind(byte: UInt8(ascii: "u")) }
    static var double: NodeKind { NodeKind(byte: UInt8(ascii: "d")) }
    static var `true`: NodeKind { NodeKind(byte: UInt8(ascii: "t")) }
    static var `false`: NodeKind { NodeKind(byte: UInt8(ascii: "f")) }
    static var null: NodeKind { NodeKind(byte: UInt8(ascii: "n")) }

    var isNumber: Bool { self == .signed || self == .unsigned || self == .double }

    /// The kind as text for messages, with an article where needed.
    var description: String {
        switch self {
        case .object: "a dictionary"
        case .array: "an array"
        case .string: "a string"
        case .true, .false: "bool"
        case .null: "null"
        default: "number"
        }
    }
}
