/// A stack of plain values that keeps its memory. Its owner deallocates it, and asks for nothing that is not there: an
/// array would be checked for other owners at every change.
struct PlainStack<Element: BitwiseCopyable> {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        start = .allocate(capacity: self.capacity)
    }

    func deallocate() { start.deallocate() }

    /// The one on top; of an empty stack, memory that means nothing.
    @inline(__always) var top: UnsafeMutablePointer<Element> { start + max(0, count &- 1) }

    @inline(__always)
    mutating func push(_ element: Element) {
        if count == capacity { grow() }
        (start + count).initialize(to: element)
        count &+= 1
    }

    /// Keeps the first `count`, or all if there are no more.
    @inline(__always)
    mutating func shrink(to count: Int) { self.count = min(self.count, max(0, count)) }

    @inline(never)
    private mutating func grow() {
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
        moved.moveInitialize(from: start, count: count)
        start.deallocate()
        start = moved
        capacity *= 2
    }
}
