import Millrace

/// The rows of one task between two checkpoints, as stored in the state folder, with the identity of their sink.
///
///     format u8 | pipeline, sink, folder: texts | columns: length, texts | rows: length | the rows' values
struct TableEpoch {
    let pipeline: String
    let sink: String
    let folder: String
    let rows: RowBatch

    private static let format: UInt8 = 1

    static func encoded(run: SinkRun, columns: [String], rows: RowBuffer) -> [UInt8] {
        var writer = ByteWriter(capacity: rows.byteCount + 256)
        writer.write(format)
        writer.write(run.pipeline)
        writer.write(run.operatorID)
        writer.write(run.folder)
        writer.writeLength(columns.count)
        for column in columns { writer.write(column) }
        writer.writeLength(rows.count)
        rows.withBytes { writer.write($0) }
        return writer.bytes()
    }

    init(decoding description: [UInt8]) throws {
        self = try description.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let format = try reader.read(UInt8.self)
            guard format == Self.format else {
                throw StateDecodingError(expected: "rows in format \(Self.format)", found: "format \(format)")
            }
            let (pipeline, sink, folder) = try (reader.readString(), reader.readString(), reader.readString())
            var columns: [String] = []
            for _ in 0..<(try reader.readLength()) { columns.append(try reader.readString()) }
            let count = try reader.readLength()
            let rows = RowBatch(
                columns: columns, count: count, bytes: description[(description.count - reader.remaining)...])
            return TableEpoch(pipeline: pipeline, sink: sink, folder: folder, rows: rows)
        }
    }

    private init(pipeline: String, sink: String, folder: String, rows: RowBatch) {
        self.pipeline = pipeline
        self.sink = sink
        self.folder = folder
        self.rows = rows
    }
}
