internal import KafkaTestBroker
import NIOCore

/// A member of a consumer group that does only what a test tells it to: it can fall silent, or speak of the past.
package final class RawMember {
    private let connection: RawConnection
    private let group: String
    private let topic: String
    package private(set) var id = ""
    package private(set) var generation: Int32 = -1
    package private(set) var leader = ""

    package init(_ broker: String, group: String, topic: String) throws {
        connection = try RawConnection(to: broker)
        self.group = group
        self.topic = topic
    }

    /// Asks to be let in; the answer comes when the others have asked too.
    package func sendJoin(session: Int32 = 6000) {
        connection.send(
            RawConnection.request(.joinGroup, version: 2) { writer in
                writer.string(group)
                writer.integer(session)
                writer.integer(Int32(20_000))
                writer.string(id)
                writer.string("consumer")
                writer.array([topic]) { writer, topic in
                    writer.string("range")
                    var metadata = WireWriter()
                    metadata.integer(Int16(0))
                    metadata.array([topic]) { $0.string($1) }
                    metadata.integer(Int32(-1))
                    writer.bytes(Self.joined(metadata))
                }
            })
    }

    package func receiveJoin() throws {
        guard let answer = try connection.receive() else { throw KafkaRigError("JoinGroup has no answer") }
        var reader = WireReader(answer)
        let _: Int32 = try reader.integer()
        let code: Int16 = try reader.integer()
        generation = try reader.integer()
        _ = try reader.string()
        leader = try reader.string()
        id = try reader.string()
        guard code == 0 else { throw KafkaRigError("JoinGroup: code \(code)") }
    }

    /// Gets the assignment; as leader it gives itself these partitions, and others theirs.
    package func sync(_ assignments: [String: [Int32]]) throws -> Int16 {
        var reader = try connection.ask(.syncGroup, version: 1) { writer in
            writer.string(group)
            writer.integer(generation)
            writer.string(id)
            writer.array(id == leader ? assignments.sorted { $0.key < $1.key } : []) { writer, entry in
                writer.string(entry.key)
                var assignment = WireWriter()
                assignment.integer(Int16(0))
                assignment.array([topic]) { writer, topic in
                    writer.string(topic)
                    writer.array(entry.value) { $0.integer($1) }
                }
                assignment.integer(Int32(-1))
                writer.bytes(Self.joined(assignment))
            }
        }
        let _: Int32 = try reader.integer()
        return try reader.integer()
    }

    package func heartbeat() throws -> Int16 {
        var reader = try connection.ask(.heartbeat, version: 1) { writer in
            writer.string(group)
            writer.integer(generation)
            writer.string(id)
        }
        let _: Int32 = try reader.integer()
        return try reader.integer()
    }

    /// Commits an offset, as a member of `generation`; the code of the answer.
    package func commit(_ partition: Int32, _ offset: Int64, generation: Int32) throws -> Int16 {
        var reader = try connection.ask(.offsetCommit, version: 3) { writer in
            writer.string(group)
            writer.integer(generation)
            writer.string(id)
            writer.integer(Int64(-1))
            writer.array([topic]) { writer, topic in
                writer.string(topic)
                writer.array([partition]) { writer, partition in
                    writer.integer(partition)
                    writer.integer(offset)
                    writer.string(nil)
                }
            }
        }
        let _: Int32 = try reader.integer()
        let codes = try reader.array { reader in
            _ = try reader.string()
            return try reader.array { reader in
                let _: Int32 = try reader.integer()
                return try reader.integer(Int16.self)
            }
        }
        return codes.first?.first ?? -1
    }

    /// The committed offset where only settled ones count; the code and the offset.
    package func stableOffset(_ partition: Int32) throws -> (Int16, Int64) {
        var reader = try connection.ask(.offsetFetch, version: 7) { writer in
            writer.string(group)
            writer.array([topic]) { writer, topic in
                writer.string(topic)
                writer.array([partition]) { $0.integer($1) }
                writer.tags()
            }
            writer.bool(true)
            writer.tags()
        }
        let _: Int32 = try reader.integer()
        let found = try reader.array { reader in
            _ = try reader.string()
            let parts = try reader.array { reader in
                let _: Int32 = try reader.integer()
                let offset: Int64 = try reader.integer()
                let _: Int32 = try reader.integer()
                _ = try reader.nullableString()
                let code: Int16 = try reader.integer()
                try reader.tags()
                return (code, offset)
            }
            try reader.tags()
            return parts
        }
        guard let answer = found.first?.first else { throw KafkaRigError("an answer without a partition") }
        return answer
    }

    private static func joined(_ writer: WireWriter) -> ByteBuffer {
        var bytes = ByteBuffer()
        for var part in writer.finished() { bytes.writeBuffer(&part) }
        return bytes
    }
}
