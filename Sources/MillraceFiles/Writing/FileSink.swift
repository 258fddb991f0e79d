import Foundation
import Millrace

/// Writes records to files of a directory, each record in exactly one published file.
///
/// Every task writes to a hidden file; when a checkpoint that ends the file is stored, it is renamed to
/// `part-<task>-<checkpoint>.<extension>`. A reader that takes only `part-` files never sees a record that a crash could
/// take back. By default each checkpoint ends a file, so that there is one for each checkpoint and task with records; with
/// `FileRolling.by` its size and age do, and its name has a third number, since a checkpoint may see several end.
///
///     out/.part-3-<unique>.jsonl.inprogress         being written, or prepared
///     out/part-00003-00000012.jsonl                 published
///     out/part-00003-00000012-00000.jsonl           published, rolled by size and age
///
/// At start, prepared files of the stored checkpoint are published and every other hidden one is removed. `.millrace-owner`
/// there is locked while a run writes, and names the state folder that the output belongs to.
public struct FileSink<Input: Sendable>: Sink {
    let directory: PartDirectory
    private let owner: OutputOwner
    private let kind: String
    private let header: [UInt8]
    private let rolling: FileRolling
    private let makeEncoder: @Sendable () -> Encoder

    /// Appends a record's bytes.
    typealias Encoder = (Input, inout [UInt8]) throws -> Void

    /// - Parameters:
    ///   - directory: created if missing.
    ///   - fileExtension: of the published files.
    ///   - kind: for the graph's printout: `JSON Lines`.
    ///   - header: bytes at the beginning of each file.
    ///   - rolling: when a file is closed and the next begun.
    ///   - encode: appends a record's bytes, its line end included.
    public init(
        directory: String, fileExtension: String, kind: String, header: [UInt8] = [],
        rolling: FileRolling = .everyCheckpoint,
        encode: @escaping @Sendable (Input, inout [UInt8]) throws -> Void
    ) {
        self.init(directory: directory, fileExtension: fileExtension, kind: kind, header: header, rolling: rolling) {
            encode
        }
    }

    /// With an encoder for each task, so that it can keep what it needs from record to record.
    init(
        directory: String, fileExtension: String, kind: String, header: [UInt8] = [],
        rolling: FileRolling = .everyCheckpoint, makeEncoder: @escaping @Sendable () -> Encoder
    ) {
        self.directory = PartDirectory(path: directory, fileExtension: fileExtension)
        owner = OutputOwner(directory: directory)
        self.kind = kind
        self.header = header
        self.rolling = rolling
        self.makeEncoder = makeEncoder
    }

    public var summary: String { "\(kind) in \(directory.path)" }

    public var exclusiveTarget: String? {
        URL(fileURLWithPath: directory.path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    public func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
        try rolling.check(directory: directory.path)
        try directory.create()
        try owner.claim(start, run)
        try recover(pending, start: start)
    }

    public func close() { owner.release() }

    public func recover(_ pending: [PendingOutput], start: StartMode) throws {
        try directory.create()
        for output in pending {
            for file in try PartList(decoding: output.description).files {
                try directory.publish(file, isRecovered: true)
            }
        }
        try directory.removeLeftovers(start: start)
    }

    public func open(_ context: SinkContext) throws -> Writer {
        Writer(directory: directory, header: header, rolling: rolling, encode: makeEncoder(), context)
    }

    public func makeDurable(_ output: PendingOutput) throws {
        for file in try PartList(decoding: output.description).files { try directory.synchronise(file) }
    }

    public func publish(_ output: PendingOutput) throws {
        for file in try PartList(decoding: output.description).files where !file.isOpen {
            try directory.publish(file, isRecovered: false)
        }
    }

    /// Writes one task's records.
    public struct Writer: SinkWriter {
        private let directory: PartDirectory
        private let task: Int
        private let header: [UInt8]
        private let rolling: FileRolling
        private let clock: any PipelineClock
        private let encode: Encoder
        private let limit: Int
        /// Whether a restart will know of a file that is open at a checkpoint.
        private let keepsOpen: Bool
        private var buffer: [UInt8] = []
        /// Bytes in the buffer from which it is given to the system, or the file is full.
        private var threshold = 0
        private var file: OpenPart?
        private var opened = Duration.zero
        /// A checkpoint may speak of the open file.
        private var isKnown = false
        /// Complete files of this epoch.
        private var closed: [ClosedPart] = []
        private var isLast = false

        /// Bytes gathered before they are given to the system.
        static var bufferSize: Int { 64 << 10 }

        init(
            directory: PartDirectory, header: [UInt8], rolling: FileRolling, encode: @escaping Encoder,
            _ context: SinkContext
        ) {
            self.directory = directory
            self.header = header
            self.rolling = rolling
            self.encode = encode
            task = context.task
            clock = context.clock
            keepsOpen = !rolling.isEachCheckpoint && !context.run.folder.isEmpty
            limit = rolling.bytes ?? .max
            buffer.reserveCapacity(Self.bufferSize + 4096)
        }

        public mutating func write(_ record: Input, at time: Timestamp) throws {
            if file == nil { buffer = header }
            let before = buffer.count
            do { try encode(record, &buffer) } catch {
                buffer.removeSubrange(before..<buffer.count)  // no half record stays behind
                throw error
            }
            // A file is there from its first record on: if none encodes, no file with only a header is published.
            if file == nil {
                file = try directory.openPart(task: task)
                opened = clock.now
                threshold = min(Self.bufferSize, limit)
            }
            if buffer.count >= threshold { try passOn() }
        }

        public mutating func finish() { isLast = true }

        public mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]? {
            if let opened = file.map({ _ in opened }) {
                let isDue = !keepsOpen || isLast || rolling.age.map { clock.now - opened >= $0 } ?? false
                if isDue { try roll() } else { try flush() }
            }
            guard file != nil || !closed.isEmpty else { return nil }
            var files = closed.enumerated().map { $1.described(as: name(checkpoint, $0)) }
            if let file { files.append(file.described(as: name(checkpoint, closed.count))) }
            closed = []
            isKnown = file != nil
            return PartList(files).encoded
        }

        public mutating func close() {
            if isKnown { file?.leave() } else { file?.abandon() }
            file = nil
            buffer.removeAll()
        }

        private func name(_ checkpoint: CheckpointNumber, _ number: Int) -> String {
            directory.partName(
                task: task, checkpoint: checkpoint, number: rolling.isEachCheckpoint ? nil : number)
        }

        private mutating func passOn() throws {
            try flush()
            if let file, file.length >= limit { try roll() }
        }

        private mutating func flush() throws {
            try file?.write(buffer)
            buffer.removeAll(keepingCapacity: true)
            if let file { threshold = min(Self.bufferSize, limit - file.length) }
        }

        /// Completes the open file.
        private mutating func roll() throws {
            try flush()
            if let part = try file?.finish() { closed.append(part) }
            file = nil
            isKnown = false
        }
    }
}
