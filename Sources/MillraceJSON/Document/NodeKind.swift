/// What a word of simdjson's tape stands for: its highest byte.
struct NodeKind: Equatable {
    let byte: UInt8

    static var object: NodeKind { NodeKind(byte: UInt8(ascii: "{")) }
    static var array: NodeKind { NodeKind(byte: UInt8(ascii: "[")) }
    static var string: NodeKind { NodeKind(byte: UInt8(ascii: "\"")) }
    /// A whole number that fits in `Int64`.
    static var signed: NodeKind { NodeKind(byte: UInt8(ascii: "l")) }
    /// A whole number that fits in `UInt64` only.
    static var unsigned: NodeKind { NodeKind(byte: UInt8(ascii: "u")) }
    static var double: NodeKind { NodeKind(byte: UInt8(ascii: "d")) }
    static var `true`: NodeKind { NodeKind(byte: UInt8(ascii: "t")) }
    static var `false`: NodeKind { NodeKind(byte: UInt8(ascii: "f")) }
    static var null: NodeKind { NodeKind(byte: UInt8(ascii: "n")) }

    var isNumber: Bool { self == .signed || self == .unsigned || self == .double }

    /// With its article, for messages.
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
