import Foundation
import Millrace

/// What tells a file from another at its place: checksums of bytes that were read, and where the file system had it.
///
/// A copy of the file that was put back passes; one that was written anew, or replaced, does not.
struct FileMark: Hashable, Sendable {
    /// Bytes at the beginning.
    var head = Piece()
    /// The last bytes that were read, behind the position too.
    var tail = Piece()
    /// Device and inode, to find the file again under another name.
    var identity: FileStatus.Identity
    /// When it was last written to, as it was last looked at: nanoseconds since 1970.
    var modified: Int64
    /// It was read to its end and deleted: what comes under its name is another file.
    var isDeleted = false

    /// Longest piece, in bytes.
    static let pieceSize = 4096

    /// Some bytes of the file.
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

    /// Notes the bytes before byte `end`, all of which were read.
    mutating func note(_ file: OpenFile, upTo end: Int) throws(FileFailure) {
        if head.count < Self.pieceSize, end > head.count {
            head = try Self.piece(of: file, 0..<min(end, Self.pieceSize)) ?? head
        }
        if tail.end != end {
            tail = try Self.piece(of: file, max(0, end - Self.pieceSize)..<end) ?? tail
        }
    }

    /// Whether a file begins, and goes on at the place read last, as the marked one did.
    func fits(_ file: OpenFile) throws(FileFailure) -> Bool {
        for piece in [head, tail] where piece.count > 0 {
            guard try Self.piece(of: file, piece.start..<piece.end) == piece else { return false }
        }
        return true
    }

    /// `nil` if the file is too short.
    private static func piece(of file: OpenFile, _ range: Range<Int>) throws(FileFailure) -> Piece? {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 8)
        defer { bytes.deallocate() }
        guard try file.read(into: bytes, at: range.lowerBound) == range.count else { return nil }
        return Piece(
            start: range.lowerBound, count: range.count, hash: FrozenHash.bytes(UnsafeRawBufferPointer(bytes)))
    }
}

extension FileMark {
    func encode(into writer: inout ByteWriter) {
        for piece in [head, tail] {
            writer.write(Int64(piece.start))
            writer.write(Int64(piece.count))
            writer.write(piece.hash)
        }
        writer.write(identity.device)
        writer.write(identity.inode)
        writer.write(modified)
        writer.write(isDeleted ? UInt8(1) : 0)
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
        isDeleted = try reader.read(UInt8.self) != 0
    }
}
