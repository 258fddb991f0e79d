import Foundation

/// Zeroed memory for a table: from the page map if large (zeroed lazily, huge pages asked for, since look-ups go all
/// over it), else from the heap.
@usableFromInline
enum TableMemory {
    private static let mapThreshold = 1 << 20

    @usableFromInline
    static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        if bytes < mapThreshold {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            memset(memory, 0, bytes)
            return memory
        }
        let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            // As with every allocation in Swift, memory that is not there ends the process.
            preconditionFailure("no memory for a table of \(bytes) bytes; set a smaller memory budget")
        }
        #if os(Linux)
            // At least two huge pages: below that, rounding up would waste what it gains.
            if bytes >= 4 << 20 { madvise(memory, bytes, 14 /* MADV_HUGEPAGE */) }
        #endif
        return memory
    }

    @usableFromInline
    static func deallocate(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        if bytes < mapThreshold { memory.deallocate() } else { munmap(memory, bytes) }
    }
}
