import Foundation

/// Writes records to files of a directory, each record in exactly one published file.
///
/// Every task writes its epoch aside, to a hidden file; when the checkpoint that ends the epoch is stored, the file is
/// renamed to `part-<task>-<checkpoint>.<extension>`. A reader that takes only `part-` files never sees a record that
/// a crash could take back. Epochs without records leave no file.
///
///     out/.part-00003-00000012.jsonl.inprogress     being written, or prepared
///     out/part-00003-00000012.jsonl                 published
///
/// At start, prepared files of the stored checkpoint are published and every other hidden one is removed. `.millrace-owner`
/// there is locked while a run writes, and names the state folder that the output belongs to.
public struct FileSink<Input: Sendable>: Sink {
    let directory: PartDirectory
    private let owner: OutputOwner
    private let kind: String
    private let header: [UInt8]
    private let makeEncoder: @Sendable () -> Encoder

    /// Appends a record's bytes.
    typealias Encoder = (Input, inout [UInt8]) throws -> Void

    /// - Parameters:
    ///   - directory: created if missing.
    ///   - fileExtension: of the published files.
    ///   - kind: for the graph's printout: `JSON Lines`.
    ///   - header: bytes at the beginning of each file.
    ///   - encode: appends a record's bytes, its line end included.
    public init(
        directory: String, fileExtension: String, kind: String, header: [UInt8] = [],
        encode: @escaping @Sendable (Input, inout [UInt8]) throws -> Void
    ) {
        self.init(directory: directory, fileExtension: fileExtension, kind: kind, header: header) { encode }
    }

    /// With an encoder for each task, so that it can keep what it needs from record to record.
    init(
        directory: String, fileExtension: String, kind: String, header: [UInt8] = [],
        makeEncoder: @escaping @Sendable () -> Encoder
    ) {
        self.directory = PartDirectory(path: directory, fileExtension: fileExtension)
        owner = OutputOwner(directory: directory)
        self.kind = kind
        self.header = header
        self.makeEncoder = makeEncoder
    }

    public var summary: String { "\(kind) in \(directory.path)" }

    public var exclusiveTarget: String? {
        URL(fileURLWithPath: directory.path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    public func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
        try directory.create()
        try owner.claim(start, run)
        try recover(pending, start: start)
    }

    public func close() { owner.release() }

    public func recover(_ pending: [PendingOutput], start: StartMode) throws {
        try directory.create()
        for output in pending { try directory.publish(try PartFile(decoding: output.description), isRecovered: true) }
        try directory.removeLeftovers(start: start)
    }

    public func open(_ context: SinkContext) throws -> Writer {
        Writer(directory: directory, task: context.task, header: header, encode: makeEncoder())
    }

    public func makeDurable(_ output: PendingOutput) throws {
        try directory.synchronise(try PartFile(decoding: output.description))
    }

    public func publish(_ output: PendingOutput) throws {
        try directory.publish(try PartFile(decoding: output.description), isRecovered: false)
    }

    /// Writes one task's records.
    public struct Writer: SinkWriter {
        let directory: PartDirectory
        let task: Int
        let header: [UInt8]
        let encode: Encoder
        private var buffer: [UInt8] = []
        private var file: OpenPart?

        /// Bytes gathered before they are given to the system.
        static var bufferSize: Int { 64 << 10 }

        init(directory: PartDirectory, task: Int, header: [UInt8], encode: @escaping Encoder) {
            self.directory = directory
            self.task = task
            self.header = header
            self.encode = encode
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
            if file == nil { file = try directory.openPart(task: task) }
            if buffer.count >= Self.bufferSize { try flush() }
        }

        public mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]? {
            guard file != nil else { return nil }
            try flush()
            defer { file = nil }
            return try file?.finish(task: task, checkpoint: checkpoint).encoded
        }

        public mutating func close() {
            file?.abandon()
            file = nil
            buffer.removeAll()
        }

        private mutating func flush() throws {
            try file?.write(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }
}
