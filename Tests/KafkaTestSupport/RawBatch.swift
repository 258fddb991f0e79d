internal import KafkaTestBroker
import NIOCore

/// A record batch of a producer, made by hand.
package struct RawBatch {
    package var values: [String]
    package var producerID: Int64 = -1
    package var epoch: Int16 = -1
    package var sequence: Int32 = -1
    package var time: Int64 = 0
    package var attributes: Int16 = 0

    package init(_ values: [String], producerID: Int64 = -1, epoch: Int16 = -1, sequence: Int32 = -1) {
        self.values = values
        self.producerID = producerID
        self.epoch = epoch
        self.sequence = sequence
    }

    package var bytes: ByteBuffer {
        var body = ByteBuffer()
        body.writeInteger(attributes)
        body.writeInteger(Int32(values.count - 1))
        body.writeInteger(time)
        body.writeInteger(time)
        body.writeInteger(producerID)
        body.writeInteger(epoch)
        body.writeInteger(sequence)
        body.writeInteger(Int32(values.count))
        for (index, value) in values.enumerated() {
            var record = ByteBuffer()
            record.writeInteger(Int8(0))
            Self.writeVarint(0, &record)
            Self.writeVarint(index, &record)
            Self.writeVarint(-1, &record)  // no key
            Self.writeVarint(value.utf8.count, &record)
            record.writeString(value)
            Self.writeVarint(0, &record)
            Self.writeVarint(record.readableBytes, &body)
            body.writeImmutableBuffer(record)
        }
        var batch = ByteBuffer()
        batch.writeInteger(Int64(0))
        batch.writeInteger(Int32(body.readableBytes + 9))
        batch.writeInteger(Int32(-1))
        batch.writeInteger(Int8(2))
        batch.writeInteger(body.withUnsafeReadableBytes { CRC32C.checksum($0) })
        batch.writeImmutableBuffer(body)
        return batch
    }

    private static func writeVarint(_ value: Int, _ buffer: inout ByteBuffer) {
        var rest = UInt64(bitPattern: Int64(value << 1 ^ value >> 63))
        while rest >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(rest))
    }
}

extension RawConnection {
    /// Sends a batch to a partition. The code of the answer, and the offset.
    package func produce(_ batch: RawBatch, to topic: String, _ partition: Int32 = 0) throws -> (Int16, Int64) {
        var reader = try ask(.produce, version: 3) { writer in
            writer.string(nil)
            writer.integer(Int16(-1))
            writer.integer(Int32(5000))
            writer.array([topic]) { writer, topic in
                writer.string(topic)
                writer.array([partition]) { writer, partition in
                    writer.integer(partition)
                    writer.bytes(batch.bytes)
                }
            }
        }
        let answers = try reader.array { reader in
            _ = try reader.string()
            return try reader.array { reader in
                let _: Int32 = try reader.integer()
                let code: Int16 = try reader.integer()
                let offset: Int64 = try reader.integer()
                let _: Int64 = try reader.integer()
                return (code, offset)
            }
        }
        guard let answer = answers.first?.first else { throw KafkaRigError("an answer without a partition") }
        return answer
    }

    /// A new idempotent producer's identity.
    package func newProducer() throws -> Int64 {
        var reader = try ask(.initProducerId, version: 0) { writer in
            writer.string(nil)
            writer.integer(Int32(60000))
        }
        let _: Int32 = try reader.integer()
        let code: Int16 = try reader.integer()
        guard code == 0 else { throw KafkaRigError("InitProducerId: code \(code)") }
        return try reader.integer()
    }
}
