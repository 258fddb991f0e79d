import CMillraceLMDB

/// A branch or leaf page in the file format of LMDB 0.9 (64 bit, little-endian):
///
///     number u64 | pad u16 | flags u16 | lower u16 | upper u16 | offset u16 of each node ... free ... nodes
///     node: low u16 | high u16 | flags u16 | key length u16 | key | value
struct Page {
    private let bytes: UnsafeRawBufferPointer
    private let upper: Int
    let isBranch: Bool
    /// The number of nodes.
    let count: Int

    private static let headerSize = 16
    private static let nodeSize = 8
    /// Flags that only have a meaning while a page is in a transaction (P_DIRTY, P_LOOSE, P_KEEP).
    private static let passing: UInt16 = 0x10 | 0x4000 | 0x8000

    /// Returns `nil` if the bytes are not page `number`, or neither a branch nor a leaf page.
    init?(_ bytes: UnsafeRawBufferPointer, _ number: UInt64) {
        self.bytes = bytes
        let flags = bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self) & ~Self.passing
        let lower = Int(bytes.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
        upper = Int(bytes.loadUnaligned(fromByteOffset: 14, as: UInt16.self))
        isBranch = flags == 1
        count = (lower - Self.headerSize) / 2
        guard bytes.loadUnaligned(as: UInt64.self) == number, flags == 1 || flags == 2, lower >= Self.headerSize,
            lower % 2 == 0, lower <= upper, upper <= bytes.count
        else { return nil }
    }

    /// Returns the number of pages of the value that begins on page `number`; `nil` if none does. There may be more
    /// than the value needs: LMDB keeps the pages of a value that is overwritten by a shorter one.
    static func overflowPages(_ bytes: UnsafeRawBufferPointer, _ number: UInt64) -> Int? {
        guard bytes.loadUnaligned(as: UInt64.self) == number,
            bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self) & ~passing == 4
        else { return nil }
        return Int(bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    }

    /// An entry of a page.
    struct Node {
        let key: UnsafeRawBufferPointer
        /// The bytes after the key of a leaf's node.
        let value: UnsafeRawBufferPointer
        /// The page that a branch's node refers to.
        let child: UInt64
        /// The length of the value in bytes, wherever it is stored.
        let valueLength: Int
        /// Whether the value is stored in pages of its own, and `value` contains the number of the first.
        let isBig: Bool
        /// Whether the value is a `DatabaseRecord`.
        let isDatabase: Bool

        var bigPage: UInt64 { value.loadUnaligned(as: UInt64.self) }
    }

    /// Returns node `index`; `nil` if it is not within the page.
    func node(_ index: Int) -> Node? {
        let start = Int(bytes.loadUnaligned(fromByteOffset: Self.headerSize + 2 * index, as: UInt16.self))
        guard start >= upper, start % 2 == 0, start + Self.nodeSize <= bytes.count else { return nil }
        let low = UInt64(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        let flags = bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt16.self)
        let keyEnd = start + Self.nodeSize + Int(bytes.loadUnaligned(fromByteOffset: start + 6, as: UInt16.self))
        guard keyEnd <= bytes.count else { return nil }
        let key = UnsafeRawBufferPointer(rebasing: bytes[start + Self.nodeSize..<keyEnd])
        if isBranch {
            return Node(
                key: key, value: .init(start: nil, count: 0), child: low | UInt64(flags) << 32, valueLength: 0,
                isBig: false, isDatabase: false)
        }
        let isBig = flags & 1 != 0
        let end = keyEnd + (isBig ? 8 : Int(low))
        guard flags == 0 || flags == 1 || flags == 2, !key.isEmpty, end <= bytes.count else { return nil }
        return Node(
            key: key, value: UnsafeRawBufferPointer(rebasing: bytes[keyEnd..<end]), child: 0, valueLength: Int(low),
            isBig: isBig, isDatabase: flags == 2)
    }
}

/// LMDB's record of a database: flags, depth and root.
struct DatabaseRecord {
    static let size = 48
    let pad: UInt32
    let flags: UInt16
    let depth: UInt16
    let root: UInt64

    init(_ bytes: UnsafeRawBufferPointer) {
        pad = bytes.loadUnaligned(as: UInt32.self)
        flags = bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        depth = bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
        root = bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
    }
}

/// A meta page. LMDB has two of them and writes them alternately at the end of a commit.
struct Meta {
    let pageSize: Int
    let free: DatabaseRecord
    let main: DatabaseRecord
    let lastPage: UInt64
    private let transaction: UInt64

    /// Returns the meta page of the last commit; `nil` if the file has none, which LMDB reports by itself.
    static func newest(in file: UnsafeRawBufferPointer, path: String) throws -> Meta? {
        guard file.count >= 152, let first = Meta(file) else { return nil }
        let size = first.pageSize
        guard size.nonzeroBitCount == 1, (512...65536).contains(size), file.count >= 2 * size,
            let second = Meta(UnsafeRawBufferPointer(rebasing: file[size...])), second.pageSize == size,
            first.hasExpectedFlags, second.hasExpectedFlags
        else { throw LMDBError(MDB_CORRUPTED, "make sense of the meta pages", path: path) }
        return first.transaction < second.transaction ? second : first
    }

    private init?(_ page: UnsafeRawBufferPointer) {
        guard page.loadUnaligned(fromByteOffset: 10, as: UInt16.self) & 8 != 0,
            page.loadUnaligned(fromByteOffset: 16, as: UInt32.self) == 0xbeef_c0de,
            page.loadUnaligned(fromByteOffset: 20, as: UInt32.self) & 0x7fff_ffff == 1
        else { return nil }
        free = DatabaseRecord(UnsafeRawBufferPointer(rebasing: page[40..<88]))
        main = DatabaseRecord(UnsafeRawBufferPointer(rebasing: page[88..<136]))
        pageSize = Int(free.pad)
        lastPage = page.loadUnaligned(fromByteOffset: 136, as: UInt64.self)
        transaction = page.loadUnaligned(fromByteOffset: 144, as: UInt64.self)
    }

    /// Only the list of unused pages has a flag: its keys are integers. Neither the main database nor the environment
    /// has any; the environment's flags are stored with those of the list.
    private var hasExpectedFlags: Bool { free.flags == UInt16(MDB_INTEGERKEY) && main.flags == 0 }
}
