import CMillrace
import Foundation

/// Zeroed memory for a table. Large blocks are memory-mapped (zeroed lazily, with huge pages, since look-ups access all
/// of it); small ones are allocated on the heap.
@usableFromInline
package enum TableMemory {
    private static let mapThreshold = 1 << 20

    @usableFromInline
    package static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        if bytes < mapThreshold {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            memset(memory, 0, bytes)
            return memory
        }
        let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            // As with every allocation in Swift, a failure ends the process.
            fatalError("no memory for a table of \(bytes) bytes; set a smaller memory budget")
        }
        #if os(Linux)
            // At least two huge pages: below that, rounding up would waste more than it gains.
            if bytes >= 4 << 20 { madvise(memory, bytes, 14 /* MADV_HUGEPAGE */) }
        #endif
        return memory
    }

    /// The number of bytes in which memory is released while it is walked through: two huge pages.
    @inlinable static var releaseStep: Int { 4 << 20 }

    /// Returns the whole pages between two addresses of a block of `bytes` bytes to the system.
    @usableFromInline
    package static func letGo(_ first: UnsafeMutableRawPointer, through last: UnsafeMutableRawPointer, of bytes: Int) {
        guard bytes >= mapThreshold else { return }
        let page = UInt(4096)
        guard let start = UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: first) / page * page) else { return }
        let length = UInt(bitPattern: last) / page * page - UInt(bitPattern: start)
        madvise(start, Int(length), Int32(MADV_DONTNEED))
    }

    @usableFromInline
    package static func deallocate(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        if bytes < mapThreshold { memory.deallocate() } else { munmap(memory, bytes) }
    }

    /// Makes the allocator return unused memory to the system, where it can.
    package static func trimHeap() { millrace_trim_heap() }
}
