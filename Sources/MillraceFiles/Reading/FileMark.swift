import Foundation
import Millrace

/// The fingerprint of a file that was read: checksums of its first bytes and of the last bytes read, and its inode.
///
/// A restored copy of the file matches the fingerprint; a rewritten or replaced file does not.
struct FileMark: Hashable, Sendable {
    /// The first bytes of the file.
    var head = Piece()
    /// The last bytes that were read; they may lie after the position, since the reader reads ahead.
    var tail = Piece()
    /// Device and inode, to find the file again after it was renamed.
    var identity: FileStatus.Identity
    /// The file's modification time when it was last checked, in nanoseconds since 1970.
    var modified: Int64
    /// Whether the file was read to its end and deleted, so that a file of the same name is a new one.
    var isDeleted = false
    /// Whether the file is compressed: the pieces are of the compressed bytes, positions of the decompressed ones.
    var isCompressed = false
    /// The length of the decompressed contents, if the end of a compressed file was reached.
    var contentEnd: Int?

    /// The maximum size of a piece, in bytes.
    static let pieceSize = 4096

    /// A range of bytes of the file with its checksum.
    struct Piece: Hashable, Sendable {
        var start = 0
        var count = 0
        var hash: UInt64 = 0

        var end: Int { start + count }
    }

    init(_ status: FileStatus) {
        identity = status.identity
        modified = status.modified
    }

    /// Updates the checksums after the file was read up to byte `end`.
    mutating func note(_ file: OpenFile, upTo end: Int) throws(FileFailure) {
        if head.count < Self.pieceSize, end > head.count {
            head = try Self.piece(of: file, 0..<min(end, Self.pieceSize)) ?? head
        }
        if tail.end < end {
            tail = try Self.piece(of: file, max(0, end - Self.pieceSize)..<end) ?? tail
        }
    }

    /// Whether a file of this status has contents after the position `offset`.
    func hasUnread(_ status: FileStatus, after offset: Int) -> Bool {
        guard isCompressed else { return status.size > offset }
        return status.size > tail.end || contentEnd.map { offset < $0 } ?? true
    }

    /// Returns whether `file` has the same bytes in both pieces.
    func fits(_ file: OpenFile) throws(FileFailure) -> Bool {
        for piece in [head, tail] where piece.count > 0 {
            guard try Self.piece(of: file, piece.start..<piece.end) == piece else { return false }
        }
        return true
    }

    /// Returns the checksum of `range`, or `nil` if the file is shorter.
    private static func piece(of file: OpenFile, _ range: Range<Int>) throws(FileFailure) -> Piece? {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 8)
        defer { bytes.deallocate() }
        guard try file.read(into: bytes, at: range.lowerBound) == range.count else { return nil }
        return Piece(
            start: range.lowerBound, count: range.count, hash: FrozenHash.bytes(UnsafeRawBufferPointer(bytes)))
    }
}

extension FileMark {
    private static let deletedFlag: UInt8 = 1
    private static let compressedFlag: UInt8 = 2

    func encode(into writer: inout ByteWriter) {
        for piece in [head, tail] {
            writer.write(Int64(piece.start))
            writer.write(Int64(piece.count))
            writer.write(piece.hash)
        }
        writer.write(identity.device)
        writer.write(identity.inode)
        writer.write(modified)
        writer.write((isDeleted ? Self.deletedFlag : 0) | (isCompressed ? Self.compressedFlag : 0))
        if isCompressed { writer.write(Int64(contentEnd ?? -1)) }
    }

    init(from reader: inout ByteReader) throws {
        var pieces: [Piece] = []
        for _ in 0..<2 {
            let (start, count) = (try reader.read(Int64.self), try reader.read(Int64.self))
            guard start >= 0, 0...Int64(Self.pieceSize) ~= count, start <= Int64.max - count else {
                throw StateDecodingError(expected: "a piece of a file", found: "\(count) bytes from \(start)")
            }
            pieces.append(Piece(start: Int(start), count: Int(count), hash: try reader.read(UInt64.self)))
        }
        head = pieces[0]
        tail = pieces[1]
        identity = FileStatus.Identity(device: try reader.read(UInt64.self), inode: try reader.read(UInt64.self))
        modified = try reader.read(Int64.self)
        let flags = try reader.read(UInt8.self)
        guard flags & ~(Self.deletedFlag | Self.compressedFlag) == 0 else {
            throw StateDecodingError(expected: "the flags of a file", found: "\(flags)")
        }
        isDeleted = flags & Self.deletedFlag != 0
        isCompressed = flags & Self.compressedFlag != 0
        if isCompressed {
            let end = try reader.read(Int64.self)
            contentEnd = end < 0 ? nil : Int(end)
        }
    }
}
