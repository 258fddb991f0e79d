import Logging
import Millrace
import MillraceKafka
import RDKafka

/// The last checkpoint of a pipeline according to its checkpoint topic.
struct KafkaNote {
    let topic: String
    /// The last committed note; `nil` if there is none.
    let note: CheckpointNote?

    init(transactionalID id: String, configuration: KafkaConfiguration, logger: Logger) throws {
        let notes = CheckpointTopic(transactionalID: id, configuration, logger: logger)
        topic = notes.name
        do { note = try notes.last(timeout: .seconds(15)) } catch let error as KafkaError where error.isUnknownTopic {
            note = nil
        }
    }
}

/// The text of `checkpoint show`.
struct CheckpointSheet {
    let stored: StoredCheckpoints
    let note: KafkaNote?

    /// Whether the prepared checkpoint was committed according to the note; `nil` if that is not known.
    var verdict: Bool? {
        guard let prepared = stored.prepared, let note = note?.note, note.folder == prepared.folder else { return nil }
        return note.checkpoint >= prepared.number.value
    }

    var text: String {
        var lines: [String] = []
        let (last, prepared) = (stored.last, stored.prepared)
        guard let one = prepared ?? last else { return "no checkpoint is stored here" }
        lines.append("pipeline    \(one.pipeline)")
        lines.append("folder      \(one.folder)")
        lines.append(
            "counts      \(last.map { "checkpoint \($0.number)\($0.isComplete ? ", complete" : "")" } ?? "none")")
        if let prepared {
            lines.append(
                "prepared    checkpoint \(prepared.number), waits for a transaction of \(prepared.output ?? "?")")
        } else {
            lines.append("prepared    none: nothing to decide")
        }
        if let note { lines.append("Kafka       \(Self.text(note, one.folder))") }
        if let verdict, let prepared {
            lines.append(
                "            so checkpoint \(prepared.number) \(verdict ? "counts" : "does not count"); a start finds that out by itself"
            )
        }
        if !one.positions.isEmpty {
            var table = TextTable(["source", "partition", "counts up to", prepared == nil ? "" : "prepared up to"])
            for position in one.positions {
                let before = last?.positions.first {
                    $0.operatorID == position.operatorID && $0.partition == position.partition
                }
                table.add(
                    .text(position.operatorID), .text("\(position.partition)"), .text(before?.position ?? "-"),
                    .text(prepared == nil ? "" : position.position))
            }
            lines += ["", table.text]
        }
        return lines.joined(separator: "\n")
    }

    private static func text(_ note: KafkaNote, _ folder: String) -> String {
        guard let found = note.note else { return "topic \(note.topic) has no note" }
        if found.folder != folder {
            return
                "topic \(note.topic) has a note of another state folder (\(found.folder)), checkpoint \(found.checkpoint)"
        }
        return "topic \(note.topic): checkpoint \(found.checkpoint) was committed"
    }
}
