/// A stack of trivial values that reuses its memory. An array would be checked for uniqueness at every change. Its
/// owner deallocates it, and only accesses elements that exist.
struct PlainStack<Element: BitwiseCopyable> {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        start = .allocate(capacity: self.capacity)
    }

    func deallocate() { start.deallocate() }

    /// The top element; uninitialized memory if the stack is empty.
    @inline(__always) var top: UnsafeMutablePointer<Element> { start + max(0, count &- 1) }

    @inline(__always)
    mutating func push(_ element: Element) {
        if count == capacity { grow() }
        (start + count).initialize(to: element)
        count &+= 1
    }

    /// Removes all elements after the first `count`.
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
