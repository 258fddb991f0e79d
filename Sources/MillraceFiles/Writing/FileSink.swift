import Foundation
import Millrace

/// A sink that writes records to the files of a directory, each record to exactly one published file.
///
/// Each task writes to a hidden file. When the checkpoint at which the file was closed is stored, the file is renamed
/// to `part-<task>-<checkpoint>.<extension>`. A reader that takes only `part-` files never sees a record that a crash
/// could undo. By default each checkpoint closes the files, so that there is one file per checkpoint and task with
/// records. With ``FileRolling/by(bytes:age:)`` files are closed by size and age, and their names have a third number,
/// because several files of a task may be closed between two checkpoints.
///
///     out/.part-3-<unique>.jsonl.inprogress         being written, or prepared
///     out/part-00003-00000012.jsonl                 published
///     out/part-00003-00000012-00000.jsonl           published, rolled by size and age
///
/// Restart: the files of the stored checkpoint are published (one that was still open is first truncated to its length
/// at the checkpoint), and all other hidden files are removed. The records after the checkpoint are written again.
///
/// The file `.millrace-owner` in the directory is locked while a run writes, and contains the state folder that the
/// output belongs to. A start fails with a `SinkError` if another process or sink writes to the directory, or if its
/// output belongs to another state folder.
///
/// ```swift
/// delays.sink(.jsonLines(directory: "out/delays"))
/// readings.sink(
///     FileSink(directory: "out/readings", fileExtension: "tsv", kind: "TSV") { reading, bytes in
///         bytes.append(contentsOf: "\(reading.sensor)\t\(reading.value)\n".utf8)
///     })
/// ```
public struct FileSink<Input: Sendable>: Sink {
    let directory: PartDirectory
    private let owner: OutputOwner
    private let kind: String
    private let header: [UInt8]
    private let rolling: FileRolling
    private let makeEncoder: @Sendable () -> Encoder

    /// Appends the bytes of a record.
    @usableFromInline typealias Encoder = (Input, inout [UInt8]) throws -> Void

    /// Creates a sink for a custom format.
    ///
    /// - Parameters:
    ///   - directory: The output directory; created if it does not exist.
    ///   - fileExtension: The extension of the published files, without a dot.
    ///   - kind: The name of the format, such as `JSON Lines`. Shown in the pipeline graph.
    ///   - header: The bytes at the beginning of each file. Default: none.
    ///   - rolling: When a file is closed and the next begun. Default: at each checkpoint.
    ///   - encode: Appends the bytes of a record, including its line end. If it throws, what it appended is discarded.
    public init(
        directory: String, fileExtension: String, kind: String, header: [UInt8] = [],
        rolling: FileRolling = .everyCheckpoint,
        encode: @escaping @Sendable (Input, inout [UInt8]) throws -> Void
    ) {
        self.init(directory: directory, fileExtension: fileExtension, kind: kind, header: header, rolling: rolling) {
            encode
        }
    }

    /// Creates a sink with an encoder per task, which can keep state from record to record.
    @usableFromInline
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

    /// Writes the records of one task.
    public struct Writer: SinkWriter {
        private let directory: PartDirectory
        private let task: Int
        private let header: [UInt8]
        private let rolling: FileRolling
        private let clock: any PipelineClock
        private let encode: Encoder
        private let limit: Int
        /// Whether files stay open over checkpoints. Needs a state folder, so that a restart knows of open files.
        private let keepsOpen: Bool
        private var buffer: [UInt8] = []
        /// The size of the buffer, in bytes, at which it is written to the file or the file is full.
        private var threshold = 0
        private var file: OpenPart?
        private var opened = Duration.zero
        /// Whether the open file may be part of a stored checkpoint.
        private var isKnown = false
        /// The files completed since the last checkpoint.
        private var closed: [ClosedPart] = []
        private var isLast = false

        /// The number of bytes that are collected before they are written to the file.
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
                buffer.removeSubrange(before..<buffer.count)  // Discards the partly encoded record.
                throw error
            }
            // The file is created after its first record was encoded, so that no file has only a header.
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

        /// Writes the buffer and closes the open file.
        private mutating func roll() throws {
            try flush()
            if let part = try file?.finish() { closed.append(part) }
            file = nil
            isKnown = false
        }
    }
}
