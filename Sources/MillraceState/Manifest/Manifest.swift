/// What a checkpoint says beside its deltas: everything that a start needs to know before it reads any state.
package struct Manifest: Codable, Sendable, Equatable {
    /// The checkpoint's number.
    package var checkpoint: CheckpointNumber
    /// Whether it counts, or waits for another resource's outcome.
    package var mark: Mark = .committed
    /// The state folder's identity, made when its first checkpoint is; copied on from one to the next.
    package var folder = ""
    /// The transactional output that a prepared checkpoint waits for, and the first checkpoint that did.
    package var output: OutputNote?
    /// The pipeline's name.
    package var pipeline: String
    /// Frozen when the folder is created.
    package var keyGroups: Int
    /// The graph that wrote it.
    package var graph: GraphDescription
    /// Numbers of the pieces of keyed state.
    package var states: [StateEntry] = []
    /// Where each source partition was.
    package var sources: [SourceEntry] = []
    /// Event time of each keyed stage, by the id of the operator that heads it: the least of its tasks'.
    package var stageWatermarks: [String: Int64] = [:]
    /// The same of each task. They differ where an idle input came back and only some tasks had gone on without it. Not in
    /// checkpoints of the first versions.
    package var taskWatermarks: [String: [Int64]]?
    /// Processing time, in milliseconds: what a restart does not go back behind. Not in checkpoints of the first versions.
    package var processingTime: Int64?
    /// Output that may not have been published yet.
    package var outputs: [OutputEntry] = []
    /// Of each sink, by its id, and each of its tasks the last checkpoint before this one in which it had output, which has
    /// been published since. Not in checkpoints of the first versions.
    package var published: [String: [Int: CheckpointNumber]]?
    /// Every source ended and everything was fired: there is nothing left to do.
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

    /// The two sides of a commit that spans LMDB and another resource (a Kafka transaction).
    package enum Mark: String, Codable, Sendable {
        /// The other resource has the last word: it committed this number, or it did not.
        case prepared
        /// It counts.
        case committed
    }

    /// What is published once this checkpoint's output is.
    package var publishedAfter: [String: [Int: CheckpointNumber]] {
        var all = published ?? [:]
        for output in outputs { all[output.operatorID, default: [:]][output.task] = checkpoint }
        return all
    }

    /// Where each source partition was, for those who keep that elsewhere too.
    package var positions: [CommittedPosition] {
        sources.compactMap { entry in
            [UInt8](hexadecimal: entry.position).map {
                CommittedPosition(operatorID: entry.operatorID, partition: entry.partition, position: $0)
            }
        }
    }

    /// Event time of a keyed stage as the tasks had it that worked on these hashes, the least of them: what they had given
    /// up to then is not given again.
    package func watermark(ofStage head: String, hashes: ClosedRange<UInt64>) -> Int64? {
        guard let tasks = taskWatermarks?[head], 1...keyGroups ~= tasks.count else { return stageWatermarks[head] }
        let before = KeyGroupAssignment(groups: keyGroups, tasks: tasks.count)
        return tasks.indices.lazy.filter { before.hashes(ofTask: $0).overlaps(hashes) }.map { tasks[$0] }.min()
    }

    /// How many tasks a keyed stage goes on with that is to have `wanted`: as many as before where that many would bring
    /// tasks together whose event times differ. One of them would go back, and give again what it had given; an event time
    /// for each key would have to be kept for as long as the difference lasts.
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

    /// A piece of keyed state.
    package struct StateEntry: Codable, Sendable, Equatable {
        package var id: StateID
        package var operatorID: String
        package var name: String
        package var keySchema: String
        package var valueSchema: String
        /// Entries, roughly, so that a start can size its loading.
        package var entries: Int
    }

    /// A source partition.
    package struct SourceEntry: Codable, Sendable, Equatable {
        package var operatorID: String
        package var partition: PartitionID
        /// The position as its codec wrote it, in hexadecimal.
        package var position: String
        /// The same for a human reader.
        package var positionText: String
        /// Watermark in milliseconds.
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
    /// Two digits a byte.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: count * 2) { digits in
            for (index, byte) in enumerated() {
                digits[index * 2] = Self.digit(byte >> 4)
                digits[index * 2 + 1] = Self.digit(byte & 15)
            }
            return count * 2
        }
    }

    /// The bytes of a text of two digits each; `nil` if it is not one.
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
