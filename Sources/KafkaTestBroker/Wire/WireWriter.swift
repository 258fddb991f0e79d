import NIOCore

/// Writes Kafka's wire types to a response. Large byte fields are kept as separate parts and are not copied.
package struct WireWriter {
    private var buffer = ByteBuffer()
    private var parts: [ByteBuffer] = []
    package let isFlexible: Bool

    package init(flexible: Bool = false) { isFlexible = flexible }

    package mutating func integer<T: FixedWidthInteger>(_ value: T) { buffer.writeInteger(value) }
    package mutating func bool(_ value: Bool) { buffer.writeInteger(value ? 1 : 0, as: Int8.self) }
    package mutating func error(_ code: KafkaErrorCode) { buffer.writeInteger(code.rawValue) }
    /// Writes a throttle time of 0.
    package mutating func throttle() { buffer.writeInteger(0, as: Int32.self) }

    package mutating func unsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(rest))
    }

    package mutating func string(_ text: String?) {
        guard let text else {
            if isFlexible { unsignedVarint(0) } else { buffer.writeInteger(-1, as: Int16.self) }
            return
        }
        let count = text.utf8.count
        if isFlexible { unsignedVarint(UInt32(count + 1)) } else { buffer.writeInteger(Int16(clamping: count)) }
        buffer.writeString(text)
    }

    package mutating func count(_ count: Int) {
        if isFlexible { unsignedVarint(UInt32(count + 1)) } else { buffer.writeInteger(Int32(count)) }
    }

    package mutating func bytes(_ bytes: ByteBuffer) {
        count(bytes.readableBytes)
        buffer.writeImmutableBuffer(bytes)
    }

    /// Writes a byte field that consists of several pieces.
    package mutating func pieces(_ pieces: [ByteBuffer]) {
        count(pieces.reduce(0) { $0 + $1.readableBytes })
        parts.append(buffer)
        parts.append(contentsOf: pieces)
        buffer = ByteBuffer()
    }

    package mutating func array<T>(_ elements: some Collection<T>, _ write: (inout WireWriter, T) -> Void) {
        count(elements.count)
        for element in elements { write(&self, element) }
    }

    package mutating func tags() { if isFlexible { unsignedVarint(0) } }

    /// Returns everything that was written, in order.
    package func finished() -> [ByteBuffer] { parts + [buffer] }
}
