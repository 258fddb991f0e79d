/// The tags of the binary form of `CodableState`: the first byte of every value, which determines what follows it
/// (`Docs/StateFormat.md`).
enum StateTag {
    /// Nothing follows.
    static let null: UInt8 = 0x01
    static let `false`: UInt8 = 0x02
    static let `true`: UInt8 = 0x03
    /// A zigzag LEB128 integer within the range of `Int64`.
    static let integer: UInt8 = 0x04
    /// 8 bytes: an integer above `Int64.max`.
    static let unsigned: UInt8 = 0x05
    /// 16 bytes: an integer that fits neither of the two above.
    static let wide: UInt8 = 0x06
    /// 16 bytes: an integer above `Int128.max`.
    static let wideUnsigned: UInt8 = 0x07
    /// 4 bytes.
    static let float: UInt8 = 0x08
    /// 8 bytes.
    static let double: UInt8 = 0x09
    /// A length and that many bytes of UTF-8.
    static let string: UInt8 = 0x0A
    /// A length and that many bytes.
    static let bytes: UInt8 = 0x0B
    /// A length in bytes and the elements.
    static let array: UInt8 = 0x0C
    /// A length in bytes and the fields: name, value.
    static let object: UInt8 = 0x0D
    /// A string: the reason why the value could not be encoded. Only a whole value has this tag.
    static let refused: UInt8 = 0x0E
    /// An integer from 0 to 127 is this tag plus the integer; nothing follows.
    static let small: UInt8 = 0x80

    /// The maximum nesting depth of arrays and objects, for encoding and decoding.
    static let depthLimit = 256
}
