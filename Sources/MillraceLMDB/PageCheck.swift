import CMillraceLMDB
import Foundation

/// Checks the pages of a `data.mdb` before LMDB uses them.
///
/// LMDB trusts its pages: garbage in one makes it read beyond the map or abort the process. This checks of every page
/// that the last commit reaches what LMDB relies on (number, kind, bounds, order of keys), and that no page is used
/// twice. The contents of values are covered by their owner's checksums.
///
/// Every page is read once, in the order of the keys. In files larger than `leafLimit`, only the inner pages are.
struct PageCheck {
    private let file: UnsafeRawBufferPointer
    private let pageSize: Int
    private let pageCount: Int
    private let path: String
    private let checksLeaves: Bool
    private var used: [UInt64]

    /// The size of a file, in bytes, beyond which its leaves are not checked: reading all of them would make a start
    /// too slow.
    static let leafLimit = 4 << 30
    /// The number of bytes that a commit may have allocated at the end of the file and freed again without writing
    /// them.
    private static let longestUnwritten = 1 << 30
    private static let noPage = UInt64.max

    /// Checks the file in the folder `path`. A missing or empty file passes, since LMDB creates it.
    ///
    /// - Throws: an `LMDBError` whose `isDamaged` is true if the file is inconsistent.
    static func check(_ path: String) throws {
        let descriptor = open(path + "/data.mdb", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw LMDBError(errno, "open the file", path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LMDBError(errno, "look at the file", path: path) }
        let size = Int(status.st_size)
        guard size > 0 else { return }
        guard let map = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), map != MAP_FAILED else {
            throw LMDBError(errno, "map the file", path: path)
        }
        defer { munmap(map, size) }
        let file = UnsafeRawBufferPointer(start: map, count: size)
        guard let meta = try Meta.newest(in: file, path: path) else { return }
        var check = try PageCheck(file, meta, path)
        try check.walk(meta.main, as: .main)
        try check.walk(meta.free, as: .free)
    }

    private init(_ file: UnsafeRawBufferPointer, _ meta: Meta, _ path: String) throws {
        self.file = file
        self.path = path
        pageSize = meta.pageSize
        let longest = (file.count + Self.longestUnwritten) / meta.pageSize
        guard meta.lastPage >= 1, meta.lastPage < UInt64(longest) else {
            throw LMDBError(MDB_CORRUPTED, "find page \(meta.lastPage)", path: path)
        }
        pageCount = Int(meta.lastPage) + 1
        checksLeaves = file.count <= Self.leafLimit
        used = Array(repeating: 0, count: pageCount / 64 + 1)
        used[0] = 0b11
    }

    /// The database that a page belongs to, which decides what its leaves contain.
    private enum Content {
        /// The names of databases.
        case main
        /// The lists of unused pages.
        case free
        /// Values.
        case values
    }

    private mutating func walk(_ database: DatabaseRecord, as content: Content) throws {
        guard database.root != Self.noPage else { return }
        guard (1...32).contains(database.depth) else { throw damaged(database.root) }
        try walk(database.root, level: Int(database.depth), content, from: nil, to: nil)
    }

    /// Checks the page `number` and the pages below it.
    ///
    /// - Parameters:
    ///   - lower: the least key that the page may contain: the key of its parent's node for it.
    ///   - upper: the key that all keys of the page must precede: that of the next page.
    private mutating func walk(
        _ number: UInt64, level: Int, _ content: Content, from lower: UnsafeRawBufferPointer?,
        to upper: UnsafeRawBufferPointer?
    ) throws {
        if level == 1, content == .values, !checksLeaves { return }
        try use(number)
        let page = try Page(bytes(of: number), number) ?? { throw damaged(number) }()
        guard page.isBranch == (level > 1), page.count >= (page.isBranch && content != .free ? 2 : 1) else {
            throw damaged(number)
        }
        var last: UnsafeRawBufferPointer?
        for index in 0..<page.count {
            guard let node = page.node(index) else { throw damaged(number) }
            // The first key of a branch page is not compared: it covers everything below the second.
            if content != .free, !(page.isBranch && index == 0) {
                if let last, !last.lexicographicallyPrecedes(node.key) { throw damaged(number) }
                if let lower, node.key.lexicographicallyPrecedes(lower) { throw damaged(number) }
                if let upper, !node.key.lexicographicallyPrecedes(upper) { throw damaged(number) }
                last = node.key
            }
            if page.isBranch {
                let next = index + 1 < page.count ? page.node(index + 1)?.key : upper
                try walk(
                    node.child, level: level - 1, content, from: index == 0 ? lower : node.key, to: next)
            } else {
                try checkValue(node, content, number)
            }
        }
    }

    private mutating func checkValue(_ node: Page.Node, _ content: Content, _ number: UInt64) throws {
        var value = node.value
        if node.isBig {
            let (first, length) = (node.bigPage, node.valueLength)
            guard let pages = Page.overflowPages(try bytes(of: first), first), length + 16 <= pages * pageSize else {
                throw damaged(first)
            }
            for page in 0..<pages { try use(first + UInt64(page)) }
            let start = Int(first) * pageSize + 16
            guard start + length <= file.count else { throw damaged(first) }
            value = UnsafeRawBufferPointer(rebasing: file[start..<start + length])
        }
        switch content {
        case .values: break
        case .main:
            guard node.isDatabase, value.count == DatabaseRecord.size else { throw damaged(number) }
            let record = DatabaseRecord(value)
            guard record.flags == 0 else { throw damaged(number) }
            try walk(record, as: .values)
        case .free: try checkFreeList(value, number)
        }
        guard node.isDatabase == (content == .main) else { throw damaged(number) }
    }

    private mutating func checkFreeList(_ value: UnsafeRawBufferPointer, _ number: UInt64) throws {
        guard value.count >= 8 else { throw damaged(number) }
        let count = value.loadUnaligned(as: UInt64.self)
        guard count <= UInt64(value.count / 8 - 1) else { throw damaged(number) }
        for index in 0..<Int(count) {
            try use(value.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt64.self))
        }
    }

    /// Marks a page as used; throws if it is used already.
    private mutating func use(_ number: UInt64) throws {
        guard number < UInt64(pageCount) else { throw damaged(number) }
        let (word, bit) = (Int(number / 64), UInt64(1) << (number % 64))
        guard used[word] & bit == 0 else { throw damaged(number) }
        used[word] |= bit
    }

    private func bytes(of number: UInt64) throws -> UnsafeRawBufferPointer {
        guard number < UInt64(pageCount), (Int(number) + 1) * pageSize <= file.count else { throw damaged(number) }
        return UnsafeRawBufferPointer(rebasing: file[Int(number) * pageSize..<(Int(number) + 1) * pageSize])
    }

    private func damaged(_ page: UInt64) -> LMDBError {
        LMDBError(MDB_CORRUPTED, "make sense of page \(page)", path: path)
    }
}
