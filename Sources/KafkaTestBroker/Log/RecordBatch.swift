import NIOCore

/// A record batch (format 2) as it is stored in the log. Only its header is parsed; the records stay as the producer
/// encoded them.
///
///     base offset i64 | length i32 | leader epoch i32 | magic i8 | crc u32 | attributes i16 | last offset delta i32
///     base time i64 | greatest time i64 | producer id i64 | producer epoch i16 | base sequence i32 | count i32
///     records
///
/// The checksum covers everything from the attributes on, so that a broker may set offset and leader epoch.
struct RecordBatch {
    private(set) var bytes: ByteBuffer
    private(set) var baseOffset: Int64
    let lastOffsetDelta: Int32
    private(set) var maxTimestamp: Int64
    let producerID: Int64
    let producerEpoch: Int16
    let baseSequence: Int32
    private var attributes: Int16
    private let count: Int32

    static let headerSize = 61
    private static let lengthEnd = 12

    var lastOffset: Int64 { baseOffset + Int64(lastOffsetDelta) }
    var isTransactional: Bool { attributes & 0x10 != 0 }
    var isControl: Bool { attributes & 0x20 != 0 }
    var isCompressed: Bool { attributes & 0x07 != 0 }
    var lastSequence: Int32 { Self.sequence(baseSequence, plus: lastOffsetDelta) }

    /// Adds to a sequence number, which wraps around at 2^31.
    static func sequence(_ sequence: Int32, plus count: Int32) -> Int32 {
        Int32((Int64(sequence) + Int64(count)) & 0x7fff_ffff)
    }

    /// Reads one batch from `source`; `nil` if it does not contain a complete one.
    init?(from source: inout ByteBuffer) throws(KafkaErrorCode) {
        let start = source.readerIndex
        guard source.readableBytes >= Self.lengthEnd,
            let length = source.getInteger(at: start + 8, as: Int32.self), length >= 0,
            source.readableBytes >= Self.lengthEnd + Int(length)
        else { return nil }
        guard source.getInteger(at: start + 16, as: Int8.self) == 2 else { throw .unsupportedForMessageFormat }
        guard Int(length) + Self.lengthEnd >= Self.headerSize else { throw .corruptMessage }
        guard let slice = source.readSlice(length: Self.lengthEnd + Int(length)) else { return nil }
        let crc = slice.getInteger(at: slice.readerIndex + 17, as: UInt32.self)
        let sum = slice.withUnsafeReadableBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[21...])) }
        guard crc == sum else { throw .corruptMessage }
        try self.init(slice)
    }

    /// Copies the bytes, so that the buffer of the request can be released.
    private init(_ slice: ByteBuffer) throws(KafkaErrorCode) {
        bytes = ByteBuffer(bytes: slice.readableBytesView)
        func field<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) throws(KafkaErrorCode) -> T {
            guard let value = slice.getInteger(at: slice.readerIndex + offset, as: type) else { throw .corruptMessage }
            return value
        }
        baseOffset = try field(0, Int64.self)
        attributes = try field(21, Int16.self)
        lastOffsetDelta = try field(23, Int32.self)
        maxTimestamp = try field(35, Int64.self)
        producerID = try field(43, Int64.self)
        producerEpoch = try field(51, Int16.self)
        baseSequence = try field(53, Int32.self)
        count = try field(57, Int32.self)
        guard lastOffsetDelta >= 0, count >= 0, count <= Int64(lastOffsetDelta) + 1 else { throw .corruptMessage }
    }

    /// Whether every offset has a record, as in all batches of producers.
    var isDense: Bool { Int64(count) == Int64(lastOffsetDelta) + 1 }

    /// Replaces the producer's timestamps by the time at which the broker has received the batch (`LogAppendTime`).
    mutating func stamp(_ time: Int64) {
        attributes |= 0x08
        maxTimestamp = time
        bytes.setInteger(attributes, at: bytes.readerIndex + 21)
        bytes.setInteger(time, at: bytes.readerIndex + 35)
        let sum = bytes.withUnsafeReadableBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[21...])) }
        bytes.setInteger(sum, at: bytes.readerIndex + 17)
    }

    mutating func place(at offset: Int64) {
        baseOffset = offset
        bytes.setInteger(offset, at: bytes.readerIndex)
        bytes.setInteger(Int32(0), at: bytes.readerIndex + 12)
    }

    /// Creates the control batch that ends a transaction.
    static func marker(
        commits: Bool, producerID: Int64, epoch: Int16, time: Int64
    ) throws(KafkaErrorCode) -> RecordBatch {
        var record = ByteBuffer()
        record.writeInteger(Int8(0))  // attributes
        record.writeInteger(Int8(0))  // time delta
        record.writeInteger(Int8(0))  // offset delta
        record.writeInteger(Int8(8))  // key length 4, zigzag
        record.writeInteger(Int16(0))  // key: version
        record.writeInteger(Int16(commits ? 1 : 0))
        record.writeInteger(Int8(12))  // value length 6, zigzag
        record.writeInteger(Int16(0))  // value: version
        record.writeInteger(Int32(0))  // coordinator epoch
        record.writeInteger(Int8(0))  // headers
        var body = ByteBuffer()
        body.writeInteger(Int16(0x30))  // transactional, control
        body.writeInteger(Int32(0))
        body.writeInteger(time)
        body.writeInteger(time)
        body.writeInteger(producerID)
        body.writeInteger(epoch)
        body.writeInteger(Int32(-1))
        body.writeInteger(Int32(1))
        body.writeInteger(Int8(truncatingIfNeeded: record.readableBytes * 2))
        body.writeImmutableBuffer(record)
        var batch = ByteBuffer()
        batch.writeInteger(Int64(0))
        batch.writeInteger(Int32(body.readableBytes + 9))
        batch.writeInteger(Int32(0))
        batch.writeInteger(Int8(2))
        batch.writeInteger(body.withUnsafeReadableBytes { CRC32C.checksum($0) })
        batch.writeImmutableBuffer(body)
        guard let marker = try RecordBatch(from: &batch) else { throw .corruptMessage }
        return marker
    }

    /// Whether a control batch commits.
    var commitsTransaction: Bool {
        // The key's type follows the header, five one-byte fields of the record and the key's version (two bytes).
        bytes.getInteger(at: bytes.readerIndex + Self.headerSize + 7, as: Int16.self) == 1
    }

    /// Returns the offset and time of the first record at or after `time`. The records of a compressed batch are not
    /// decoded: its first offset is returned.
    func firstRecord(at time: Int64) -> (offset: Int64, time: Int64)? {
        guard maxTimestamp >= time else { return nil }
        let baseTime = bytes.getInteger(at: bytes.readerIndex + 27, as: Int64.self) ?? 0
        if attributes & 0x08 != 0 { return (baseOffset, maxTimestamp) }
        if isCompressed { return (baseOffset, max(baseTime, time)) }
        var cursor = bytes
        cursor.moveReaderIndex(forwardBy: Self.headerSize)
        while let length = cursor.readZigZag(), var record = cursor.readSlice(length: Int(length)) {
            guard record.readInteger(as: Int8.self) != nil, let timeDelta = record.readZigZag(),
                let offsetDelta = record.readZigZag()
            else { return nil }
            let recordTime = baseTime &+ timeDelta
            if recordTime >= time { return (baseOffset &+ offsetDelta, recordTime) }
        }
        return nil
    }
}

extension ByteBuffer {
    /// Reads a zigzag varint, the number format of records.
    mutating func readZigZag() -> Int64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = readInteger(as: UInt8.self), shift < 64 {
            result |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return Int64(bitPattern: result >> 1) ^ -Int64(result & 1) }
            shift += 7
        }
        return nil
    }
}
