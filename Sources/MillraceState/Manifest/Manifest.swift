/// The description of a checkpoint, stored beside its deltas: everything that a start needs before it reads any state.
package struct Manifest: Codable, Sendable, Equatable {
    /// The checkpoint's number.
    package var checkpoint: CheckpointNumber
    /// Whether the checkpoint is committed, or waits for another resource's outcome.
    package var mark: Mark = .committed
    /// The state folder's identity: created with its first checkpoint and copied from each checkpoint to the next.
    package var folder = ""
    /// The transactional output that a prepared checkpoint waits for, and the first checkpoint that used it.
    package var output: OutputNote?
    /// The pipeline's name.
    package var pipeline: String
    /// The number of key groups, fixed when the folder is created.
    package var keyGroups: Int
    /// The graph that wrote the checkpoint.
    package var graph: GraphDescription
    /// The keyed states and their numbers.
    package var states: [StateEntry] = []
    /// The position of each source partition.
    package var sources: [SourceEntry] = []
    /// The watermark of each keyed stage, by the id of its first operator: the least of its tasks' watermarks.
    package var stageWatermarks: [String: Int64] = [:]
    /// The watermark of each task of the keyed stages. They differ if an idle input became active again and only some
    /// tasks had advanced without it. `nil` in checkpoints of the first versions.
    package var taskWatermarks: [String: [Int64]]?
    /// The processing time in milliseconds since 1970, below which it does not go after a restart. `nil` in checkpoints
    /// of the first versions.
    package var processingTime: Int64?
    /// The output that may not have been published yet.
    package var outputs: [OutputEntry] = []
    /// For each sink, by its id, and each of its tasks: the last checkpoint before this one in which it had output,
    /// which has been published since. `nil` in checkpoints of the first versions.
    package var published: [String: [Int: CheckpointNumber]]?
    /// Whether all sources have ended and all windows and timers have fired, so that nothing is left to do.
    package var isComplete = false

    package init(
        checkpoint: CheckpointNumber, mark: Mark = .committed, folder: String = "", output: OutputNote? = nil,
        pipeline: String,
        keyGroups: Int, graph: GraphDescription, states: [StateEntry] = [], sources: [SourceEntry] = [],
        stageWatermarks: [String: Int64] = [:], taskWatermarks: [String: [Int64]]? = nil, processingTime: Int64? = nil,
        outputs: [OutputEntry] = [], published: [String: [Int: CheckpointNumber]]? = nil, isComplete: Bool = false
    ) {
        self.checkpoint = checkpoint
        self.mark = mark
        self.folder = folder
        self.output = output
        self.pipeline = pipeline
        self.keyGroups = keyGroups
        self.graph = graph
        self.states = states
        self.sources = sources
        self.stageWatermarks = stageWatermarks
        self.taskWatermarks = taskWatermarks
        self.processingTime = processingTime
        self.outputs = outputs
        self.published = published
        self.isComplete = isComplete
    }

    /// The two phases of a commit that spans LMDB and another resource, such as a Kafka transaction.
    package enum Mark: String, Codable, Sendable {
        /// Stored, but only valid if the other resource has committed this checkpoint.
        case prepared
        /// Valid.
        case committed
    }

    /// The last published checkpoint of each sink task once this checkpoint's output is published.
    package var publishedAfter: [String: [Int: CheckpointNumber]] {
        var all = published ?? [:]
        for output in outputs { all[output.operatorID, default: [:]][output.task] = checkpoint }
        return all
    }

    /// The position of each source partition, for external systems that store it too.
    package var positions: [CommittedPosition] {
        sources.compactMap { entry in
            [UInt8](hexadecimal: entry.position).map {
                CommittedPosition(operatorID: entry.operatorID, partition: entry.partition, position: $0)
            }
        }
    }

    /// Returns the watermark of a keyed stage for some hashes: the least of the watermarks of the tasks that processed
    /// them. Results up to it have been emitted, and are not emitted again.
    package func watermark(ofStage head: String, hashes: ClosedRange<UInt64>) -> Int64? {
        guard let tasks = taskWatermarks?[head], 1...keyGroups ~= tasks.count else { return stageWatermarks[head] }
        let before = KeyGroupAssignment(groups: keyGroups, tasks: tasks.count)
        return tasks.indices.lazy.filter { before.hashes(ofTask: $0).overlaps(hashes) }.map { tasks[$0] }.min()
    }

    /// Returns the number of tasks with which a keyed stage continues.
    ///
    /// It is `wanted`, unless that would combine tasks whose watermarks differ; then it is the previous number.
    /// Otherwise the watermark of a task would go back and results would be emitted twice, or a watermark would have to
    /// be kept for each key for as long as they differ.
    package func tasks(ofStage head: String, wanted: Int) -> Int {
        guard let times = taskWatermarks?[head], 1...keyGroups ~= times.count else { return wanted }
        let (before, after) = (
            KeyGroupAssignment(groups: keyGroups, tasks: times.count),
            KeyGroupAssignment(groups: keyGroups, tasks: wanted)
        )
        let bringsTogether = (0..<wanted).contains { task in
            let hashes = after.hashes(ofTask: task)
            return Set(times.indices.filter { before.hashes(ofTask: $0).overlaps(hashes) }.map { times[$0] }).count > 1
        }
        return bringsTogether ? times.count : wanted
    }

    /// A transactional output.
    package struct OutputNote: Codable, Sendable, Equatable {
        package var name: String
        package var since: CheckpointNumber

        package init(
            name: String, since: CheckpointNumber
        ) {
            self.name = name
            self.since = since
        }
    }

    /// A keyed state.
    package struct StateEntry: Codable, Sendable, Equatable {
        package var id: StateID
        package var operatorID: String
        package var name: String
        package var keySchema: String
        package var valueSchema: String
        /// The approximate number of entries, from which a start derives how to load them.
        package var entries: Int
    }

    /// A source partition.
    package struct SourceEntry: Codable, Sendable, Equatable {
        package var operatorID: String
        package var partition: PartitionID
        /// The position as encoded by the source, in hexadecimal.
        package var position: String
        /// The position in words.
        package var positionText: String
        /// The partition's watermark in milliseconds since 1970.
        package var watermark: Int64
        package var isEnded: Bool
        package var records: UInt64

        package init(
            operatorID: String, partition: PartitionID, position: String, positionText: String, watermark: Int64,
            isEnded: Bool, records: UInt64
        ) {
            self.operatorID = operatorID
            self.partition = partition
            self.position = position
            self.positionText = positionText
            self.watermark = watermark
            self.isEnded = isEnded
            self.records = records
        }
    }

    /// Prepared output of a sink.
    package struct OutputEntry: Codable, Sendable, Equatable {
        package var operatorID: String
        package var task: Int
        package var description: String

        package init(
            operatorID: String, task: Int, description: String
        ) {
            self.operatorID = operatorID
            self.task = task
            self.description = description
        }
    }
}

extension [UInt8] {
    /// The bytes in hexadecimal, two digits each.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: count * 2) { digits in
            for (index, byte) in enumerated() {
                digits[index * 2] = Self.digit(byte >> 4)
                digits[index * 2 + 1] = Self.digit(byte & 15)
            }
            return count * 2
        }
    }

    /// Creates the bytes from hexadecimal text of two digits each; `nil` if the text is not in that form.
    package init?(hexadecimal text: String) {
        let digits = [UInt8](text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for pair in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[pair]), let low = Self.value(digits[pair + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self = bytes
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
