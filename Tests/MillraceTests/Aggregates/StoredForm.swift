import Millrace

/// The bytes that a value is stored as.
func stored<Value: StateValue>(_ value: Value) -> [UInt8] {
    var writer = ByteWriter()
    value.encode(into: &writer)
    return writer.bytes()
}

/// The value that bytes hold; `nil` if there are bytes left.
func restored<Value: StateValue>(_ bytes: [UInt8], as type: Value.Type = Value.self) throws -> Value? {
    try bytes.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        let value = try Value.decode(from: &reader)
        return reader.remaining == 0 ? value : nil
    }
}

/// Cuts the bytes of a value off at many places, changes some at random, and uses whatever still decodes: that must not
/// trap.
func damage<Value: StateValue>(_ value: Value, _ random: inout TestRandom, use: (Value) -> Void) {
    let bytes = stored(value)
    for _ in 0..<200 {
        var damaged = bytes
        switch Int.random(in: 0..<3, using: &random) {
        case 0: damaged.removeLast(Int.random(in: 0...min(bytes.count, 64), using: &random))
        case 1: damaged = Array(damaged.prefix(Int.random(in: 0...bytes.count, using: &random)))
        default: break
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) where !damaged.isEmpty {
            let place = Bool.random(using: &random) ? 0..<min(damaged.count, 48) : 0..<damaged.count
            damaged[Int.random(in: place, using: &random)] =
                [0, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
        }
        damaged.withUnsafeBytes { damaged in
            var reader = ByteReader(damaged)
            if let value = try? Value.decode(from: &reader) { use(value) }
        }
    }
}
