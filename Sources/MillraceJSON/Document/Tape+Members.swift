#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Tape {
    /// Returns the value of the first member of `object` called `name`. As in Foundation, the first of several is used.
    ///
    /// A linear search that compares lengths before bytes, and creates no `String` for the names in the text.
    @inline(__always)
    func member(_ name: String, of object: Int) -> Int? {
        var name = name
        if let found = name.withUTF8({ member(bytes: $0, of: object) }) { return found }
        // Canonically equivalent strings are equal in Swift even if their bytes differ, so names that are not ASCII are
        // searched a second time.
        return name.utf8.allSatisfy { $0 < 0x80 } ? nil : equivalentMember(name, of: object)
    }

    @inline(__always)
    private func member(bytes name: UnsafeBufferPointer<UInt8>, of object: Int) -> Int? {
        guard let wanted = name.baseAddress else { return emptyMember(of: object) }
        let end = end(object)
        var key = object + 1
        while key < end {
            let text = text(key)
            if text.count == name.count, let start = text.baseAddress, memcmp(start, wanted, name.count) == 0 {
                return key + 1
            }
            key = after(key + 1)
        }
        return nil
    }

    private func emptyMember(of object: Int) -> Int? { members(of: object).first { text($0).isEmpty }.map { $0 + 1 } }

    private func equivalentMember(_ name: String, of object: Int) -> Int? {
        members(of: object).first { string($0) == name }.map { $0 + 1 }
    }

    /// Returns the nodes of the names of an object's members, in the order of the text. Each value follows its name.
    func members(of object: Int) -> some Sequence<Int> {
        let end = end(object)
        return sequence(first: object + 1) { after($0 + 1) }.prefix { $0 < end }
    }
}
