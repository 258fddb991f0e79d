extension JSONWriter {
    /// Opens a level for a value. It is closed when the enclosing level is closed or written to.
    @inline(__always)
    func open(_ kind: Level.Kind) -> LevelID {
        if kind == .object { state.pointee.text.append(UInt8(ascii: "{")) }
        if kind == .array { state.pointee.text.append(UInt8(ascii: "[")) }
        state.pointee.serial &+= 1
        let serial = state.pointee.serial
        state.pointee.levels.push(Level(kind: kind, firstName: state.pointee.names.count, serial: serial))
        return LevelID(depth: UInt32(truncatingIfNeeded: state.pointee.levels.count), serial: serial)
    }

    /// Makes a level the innermost one by closing the levels above it. Returns `false` if it is closed already, so that
    /// it cannot be written to any more.
    @inline(__always)
    func enter(_ id: LevelID) -> Bool {
        let depth = Int(id.depth)
        guard state.pointee.isInUse, depth <= state.pointee.levels.count, depth > 0,
            state.pointee.levels.start[depth - 1].serial == id.serial
        else {
            state.pointee.isScattered = true
            return false
        }
        if depth < state.pointee.levels.count { close(above: depth) }
        return true
    }

    func close(above depth: Int) {
        while state.pointee.levels.count > depth {
            let level = state.pointee.levels.top.pointee
            state.pointee.levels.shrink(to: state.pointee.levels.count - 1)
            switch level.kind {
            case .object: state.pointee.text.append(UInt8(ascii: "}"))
            case .array: state.pointee.text.append(UInt8(ascii: "]"))
            case .pending where state.pointee.levels.count > 0: state.pointee.text.append("{}")
            case .pending, .scalar: break
            }
            state.pointee.names.shrink(to: level.firstName)
        }
    }

    /// Begins a member of an object: writes the comma, the name and the colon.
    @inline(__always)
    func begin(_ name: String, in id: LevelID) -> Bool {
        guard enter(id) else { return false }
        begin(name)
        return true
    }

    /// Begins a member of the innermost object.
    @inline(__always)
    func begin(_ name: String) {
        let top = state.pointee.levels.top
        if top.pointee.count > 0 { state.pointee.text.append(UInt8(ascii: ",")) }
        top.pointee.count &+= 1
        let written = state.pointee.text.appendName(name)
        if isRepeated(written, since: top.pointee.firstName) { state.pointee.isScattered = true }
        state.pointee.names.push(written)
        state.pointee.text.append(UInt8(ascii: ":"))
    }

    @inline(__always)
    private func isRepeated(_ name: WrittenName, since first: Int) -> Bool {
        var index = first
        let count = state.pointee.names.count
        while index < count {
            let other = state.pointee.names.start[index]
            if other.hash == name.hash, state.pointee.text.isSame(other, name) { return true }
            index &+= 1
        }
        return false
    }

    /// Begins an element of an array.
    @inline(__always)
    func beginElement(in id: LevelID) -> Bool {
        guard enter(id) else { return false }
        let top = state.pointee.levels.top
        if top.pointee.count > 0 { state.pointee.text.append(UInt8(ascii: ",")) }
        top.pointee.count &+= 1
        return true
    }
}
