/// One value on its way into a `ByteWriter`.
///
/// Containers write straight into the writer, each within the one that was opened before it. Only what a type may
/// fill in later than its successors (nested containers, encoders of a superclass) is written aside, in a child, and
/// put into its place when the container it belongs to ends.
final class StateEncoding {
    /// A value that is being written: which container it has opened, and where.
    package struct Slot {
        enum Form { case empty, single, array, object, dictionary }
        /// Tells it from an earlier one at the same depth.
        let serial: Int32
        /// Arrays and objects around it.
        let level: Int32
        var form = Form.empty
        /// Offset of the first byte of an array's or object's content.
        var body = 0
        /// Elements of an array so far.
        var elements = 0
        /// Names used so far: the first 64 by their bit, the highest of the others.
        var used: UInt64 = 0
        var highest = 63
        /// Fields may occur twice.
        var mayRepeat = false
    }

    /// A slot, as a container remembers it.
    struct SlotID {
        let index: Int32
        let serial: Int32
    }

    /// Names a place in the writer where a child's bytes belong.
    private struct Insertion {
        let offset: Int
        let child: StateEncoding
    }

    private struct Progress {
        /// Where bytes go; nil as soon as the value is written, since containers can be kept beyond that.
        var target: UnsafeMutablePointer<ByteWriter>?
        var names = StateFieldNames()
        /// The values being written, each within the one before.
        var slots: [Slot] = []
        var serial: Int32 = 0
        var insertions: [Insertion] = []
        /// What could not be thrown where it was noticed.
        var failure: (any Error)?
    }

    /// Behind a pointer, since checked access to a class's variables would take a tenth of the time.
    private let progress: UnsafeMutablePointer<Progress>
    /// A child's own writer, the same as `target`.
    private let owned: UnsafeMutablePointer<ByteWriter>?
    /// The value a child belongs to, which has the names.
    private let main: StateEncoding?
    private let dictionaryKey: Any.Type?
    /// The key type of the keyed container that was asked for last.
    private(set) var lastKey: Any.Type?

    /// A whole value, written to `target` until `finish`.
    init(target: UnsafeMutablePointer<ByteWriter>, dictionaryKey: Any.Type?) {
        self.dictionaryKey = dictionaryKey
        owned = nil
        main = nil
        progress = .allocate(capacity: 1)
        progress.initialize(to: Progress(target: target))
        progress.pointee.slots.reserveCapacity(4)
    }

    /// A part of `main` that is written aside, within `level` arrays and objects.
    private init(of main: StateEncoding, level: Int32) {
        let writer = UnsafeMutablePointer<ByteWriter>.allocate(capacity: 1)
        writer.initialize(to: ByteWriter())
        owned = writer
        dictionaryKey = main.dictionaryKey
        self.main = main
        progress = .allocate(capacity: 1)
        progress.initialize(to: Progress(target: writer, slots: [Slot(serial: 0, level: level)]))
    }

    deinit {
        progress.deinitialize(count: 1)
        progress.deallocate()
        if let owned {
            owned.deinitialize(count: 1)
            owned.deallocate()
        }
    }

    /// Ends the value: whoever still holds a container of it can no longer write.
    private func finish() {
        progress.pointee.target = nil
        for insertion in progress.pointee.insertions { insertion.child.finish() }
        progress.pointee.insertions = []
    }

    // MARK: Values

    /// Writes `value`; a type of its own through the encoder it is given.
    func write<T: Encodable>(
        _ value: T, into writer: UnsafeMutablePointer<ByteWriter>, level: Int32, path: @autoclosure () -> StatePath?
    ) throws {
        if StateScalarCast.write(value, into: &writer.pointee) { return }
        let start = writer.pointee.count
        let outer = progress.pointee.slots.count
        let inserted = progress.pointee.insertions.count
        let path = path()
        // Values in one another without an array or object between them have no other bound.
        guard outer < 4 * StateTag.depthLimit else { throw Self.tooDeep(path) }
        progress.pointee.serial &+= 1
        progress.pointee.slots.append(Slot(serial: progress.pointee.serial, level: level))
        let slot = SlotID(index: Int32(outer), serial: progress.pointee.serial)
        do {
            try value.encode(to: StateEncoder(stream: self, slot: slot, path: path))
            if let failure = progress.pointee.failure { throw failure }
            try close(writer)
        } catch {
            // The type around may go on without this one.
            progress.pointee.failure = nil
            progress.pointee.slots.removeLast(progress.pointee.slots.count - outer)
            while progress.pointee.insertions.count > inserted {
                progress.pointee.insertions.removeLast().child.finish()
            }
            writer.pointee.truncate(to: start)
            throw error
        }
    }

    /// The writer, for the value of `slot`, which must be the innermost one.
    private func writer(_ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        if let failure = progress.pointee.failure { throw failure }
        guard let target = progress.pointee.target, Int(slot.index) == progress.pointee.slots.count - 1,
            progress.pointee.slots[Int(slot.index)].serial == slot.serial
        else {
            throw Self.error("written to after it was complete", path)
        }
        return target
    }

    /// Where the next byte goes.
    func mark(_ slot: SlotID, _ path: StatePath?) throws -> Int { try writer(slot, path).pointee.count }

    /// Arrays and objects around the value of `slot`.
    func level(of slot: SlotID) -> Int32 { progress.pointee.slots[Int(slot.index)].level }

    /// Arrays and objects around what the value of `slot` contains.
    func level(within slot: SlotID) -> Int32 { progress.pointee.slots[Int(slot.index)].level + 1 }

    // MARK: Containers

    /// Makes the value of `slot` an object, unless it is one.
    func openObject(_ slot: SlotID, key: Any.Type, _ path: StatePath?) {
        lastKey = key
        open(slot, key == dictionaryKey ? .dictionary : .object, path)
    }

    /// Makes the value of `slot` an array, unless it is one.
    func openArray(_ slot: SlotID, _ path: StatePath?) { open(slot, .array, path) }

    private func open(_ slot: SlotID, _ form: Slot.Form, _ path: StatePath?) {
        do {
            let writer = try writer(slot, path)
            let index = Int(slot.index)
            switch (progress.pointee.slots[index].form, form) {
            case (.empty, _):
                guard progress.pointee.slots[index].level < StateTag.depthLimit else { throw Self.tooDeep(path) }
                writer.pointee.write(form == .array ? StateTag.array : StateTag.object)
                writer.pointee.write(UInt8(0))
                progress.pointee.slots[index].form = form
                progress.pointee.slots[index].body = writer.pointee.count
            case (.array, .array), (.object, .object), (.object, .dictionary), (.dictionary, .object),
                (.dictionary, .dictionary):
                break
            default: throw Self.error("one value cannot be two kinds of container", path)
            }
        } catch {
            // A container has to be returned all the same; it will throw this.
            progress.pointee.failure = progress.pointee.failure ?? error
        }
    }

    /// Begins a field: its value comes next.
    func field(_ name: String, _ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        let writer = try writer(slot, path)
        let index = Int(slot.index)
        if progress.pointee.slots[index].form == .object,
            let place = (main ?? self).progress.pointee.names.place(of: name)
        {
            if place < 64 {
                if progress.pointee.slots[index].used & (1 << UInt64(place)) != 0 {
                    progress.pointee.slots[index].mayRepeat = true
                }
                progress.pointee.slots[index].used |= 1 << UInt64(place)
            } else {
                if place <= progress.pointee.slots[index].highest { progress.pointee.slots[index].mayRepeat = true }
                progress.pointee.slots[index].highest = max(progress.pointee.slots[index].highest, place)
            }
            writer.pointee.writeLength(place << 1)
            return writer
        }
        var name = name
        name.withUTF8 { utf8 in
            writer.pointee.writeLength(utf8.count << 1 | 1)
            writer.pointee.write(UnsafeRawBufferPointer(utf8))
        }
        progress.pointee.slots[index].mayRepeat = true
        return writer
    }

    /// Begins an element: its value comes next.
    func element(_ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        let writer = try writer(slot, path)
        progress.pointee.slots[Int(slot.index)].elements += 1
        return writer
    }

    /// Begins the only value of `slot`.
    func single(_ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        let writer = try writer(slot, path)
        guard progress.pointee.slots[Int(slot.index)].form == .empty else {
            throw Self.error("a single value cannot follow another one", path)
        }
        progress.pointee.slots[Int(slot.index)].form = .single
        return writer
    }

    /// Takes an element back that was not written.
    func withdrawElement(_ slot: SlotID) { progress.pointee.slots[Int(slot.index)].elements -= 1 }

    /// Takes the only value back that was not written.
    func withdrawSingle(_ slot: SlotID) { progress.pointee.slots[Int(slot.index)].form = .empty }

    /// Elements of an array so far.
    func elements(_ slot: SlotID) -> Int {
        let index = Int(slot.index)
        return index < progress.pointee.slots.count && progress.pointee.slots[index].serial == slot.serial
            ? progress.pointee.slots[index].elements : 0
    }

    /// A value that comes here and is written aside.
    func child(
        _ writer: UnsafeMutablePointer<ByteWriter>, within slot: SlotID, path: StatePath?
    ) -> StateEncoder {
        let child = StateEncoding(of: main ?? self, level: level(within: slot))
        progress.pointee.insertions.append(Insertion(offset: writer.pointee.count, child: child))
        return StateEncoder(stream: child, slot: SlotID(index: 0, serial: 0), path: path)
    }

    /// An encoder that only throws, where no better one can be returned.
    func failed(_ error: any Error, path: StatePath?) -> StateEncoder {
        let reason = error as? EncodingError ?? Self.error("\(error)", path)
        progress.pointee.failure = progress.pointee.failure ?? reason
        let child = StateEncoding(of: main ?? self, level: 0)
        child.progress.pointee.failure = reason
        return StateEncoder(stream: child, slot: SlotID(index: 0, serial: 0), path: path)
    }

    // MARK: Ends

    /// Ends the innermost value.
    private func close(_ writer: UnsafeMutablePointer<ByteWriter>) throws {
        guard let slot = progress.pointee.slots.popLast() else { return }
        switch slot.form {
        case .single: return
        case .empty:
            writer.pointee.write(StateTag.object)
            writer.pointee.write(UInt8(0))
        case .array:
            try insertChildren(slot.body, &writer.pointee)
            writer.pointee.patchLength(body: slot.body)
        case .object, .dictionary:
            try insertChildren(slot.body, &writer.pointee)
            if slot.mayRepeat {
                try StateFieldOrder.finish(&writer.pointee, body: slot.body, sorted: slot.form == .dictionary)
            }
            writer.pointee.patchLength(body: slot.body)
        }
    }

    /// Puts the bytes of children into the content from `body` on.
    private func insertChildren(_ body: Int, _ writer: inout ByteWriter) throws {
        guard let last = progress.pointee.insertions.last, last.offset >= body else { return }
        let first = progress.pointee.insertions.firstIndex { $0.offset >= body } ?? progress.pointee.insertions.endIndex
        let own = writer.withBytes { [UInt8]($0[body...]) }
        let ends = progress.pointee.insertions[(first + 1)...].map { $0.offset - body } + [own.count]
        let start = progress.pointee.insertions[first].offset - body
        writer.truncate(to: body + start)
        var written = start
        for (insertion, end) in zip(progress.pointee.insertions[first...], ends) {
            try insertion.child.deliver(into: &writer)
            own.withUnsafeBytes { writer.write(UnsafeRawBufferPointer(rebasing: $0[written..<end])) }
            written = end
        }
        progress.pointee.insertions.removeSubrange(first...)
    }

    /// Ends a child and writes its bytes.
    private func deliver(into writer: inout ByteWriter) throws {
        defer { finish() }
        if let failure = progress.pointee.failure { throw failure }
        guard let target = progress.pointee.target else { return }
        try close(target)
        target.pointee.withBytes { writer.write($0) }
    }

    static func error(_ reason: String, _ path: StatePath?) -> EncodingError {
        .invalidValue("", EncodingError.Context(codingPath: StatePath.keys(path), debugDescription: reason))
    }

    private static func tooDeep(_ path: StatePath?) -> EncodingError {
        error("nested more than \(StateTag.depthLimit) deep", nil)
    }
}

extension StateEncoding {
    /// Writes a whole value, or the reason why it cannot be written.
    static func encode<T: Encodable>(_ value: T, into writer: inout ByteWriter) {
        let start = writer.count
        let reason: String? = withUnsafeMutablePointer(to: &writer) { target in
            let stream = StateEncoding(target: target, dictionaryKey: dictionaryKey)
            defer { stream.finish() }
            do {
                try stream.write(value, into: target, level: 0, path: nil)
                stream.progress.pointee.names.write(into: &target.pointee)
                return nil
            } catch {
                return StateEncodingFailure.reason(error)
            }
        }
        guard let reason else { return }
        writer.truncate(to: start)
        writer.write(StateTag.refused)
        writer.write(reason)
    }

    /// The keys of a dictionary with string or integer keys, whose fields are stored in the order of their names. The
    /// standard library does not name the type; it shows it when it encodes a dictionary.
    private static let dictionaryKey: Any.Type? = {
        var writer = ByteWriter()
        return withUnsafeMutablePointer(to: &writer) { target in
            let stream = StateEncoding(target: target, dictionaryKey: nil)
            defer { stream.finish() }
            try? stream.write(["": 0], into: target, level: 0, path: nil)
            return stream.lastKey
        }
    }()
}
