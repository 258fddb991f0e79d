/// The encoding of one value into a `ByteWriter`.
///
/// Containers write directly into the writer, each within the one that was opened before it. Only parts that a type may
/// fill in later than those that follow them (nested containers, encoders of a superclass) are written to a buffer of
/// their own, a child, and inserted when the container they belong to ends.
final class StateEncoding {
    /// A value that is being written, with its container.
    package struct Slot {
        enum Form { case empty, single, array, object, dictionary }
        /// Distinguishes the slot from earlier ones at the same depth.
        let serial: Int32
        /// The number of arrays and objects around the value.
        let level: Int32
        var form = Form.empty
        /// The offset of the first byte of an array's or object's content.
        var body = 0
        /// The number of elements of an array so far.
        var elements = 0
        /// The names used so far: a bit for each of the first 64, and the highest index of the others.
        var used: UInt64 = 0
        var highest = 63
        /// Whether a field may occur twice.
        var mayRepeat = false
    }

    /// The reference of a container to its slot.
    struct SlotID {
        let index: Int32
        let serial: Int32
    }

    /// The offset in the writer at which a child's bytes are inserted.
    private struct Insertion {
        let offset: Int
        let child: StateEncoding
    }

    private struct Progress {
        /// The writer; `nil` after the value has been written, since containers may be kept longer.
        var target: UnsafeMutablePointer<ByteWriter>?
        var names = StateFieldNames()
        /// The values being written, from the outermost to the innermost.
        var slots: [Slot] = []
        var serial: Int32 = 0
        var insertions: [Insertion] = []
        /// An error that occurred where it could not be thrown.
        var failure: (any Error)?
    }

    /// A pointer, since exclusivity checks on a class's variables would take a tenth of the time.
    private let progress: UnsafeMutablePointer<Progress>
    /// The writer of a child, the same as `target`.
    private let owned: UnsafeMutablePointer<ByteWriter>?
    /// The encoding that a child belongs to, which has the table of names.
    private let main: StateEncoding?
    private let dictionaryKey: Any.Type?
    /// The key type of the last requested keyed container.
    private(set) var lastKey: Any.Type?

    /// Creates the encoding of a whole value, which writes to `target` until `finish`.
    init(target: UnsafeMutablePointer<ByteWriter>, dictionaryKey: Any.Type?) {
        self.dictionaryKey = dictionaryKey
        owned = nil
        main = nil
        progress = .allocate(capacity: 1)
        progress.initialize(to: Progress(target: target))
        progress.pointee.slots.reserveCapacity(4)
    }

    /// Creates a child of `main`, within `level` arrays and objects.
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

    /// Ends the value. Containers that are kept longer can no longer write.
    private func finish() {
        progress.pointee.target = nil
        for insertion in progress.pointee.insertions { insertion.child.finish() }
        progress.pointee.insertions = []
    }

    // MARK: Values

    /// Writes `value`. Types that are not scalars encode themselves with a `StateEncoder`.
    func write<T: Encodable>(
        _ value: T, into writer: UnsafeMutablePointer<ByteWriter>, level: Int32, path: @autoclosure () -> StatePath?
    ) throws {
        if StateScalarCast.write(value, into: &writer.pointee) { return }
        let start = writer.pointee.count
        let outer = progress.pointee.slots.count
        let inserted = progress.pointee.insertions.count
        let path = path()
        // Bounds the nesting of values without an array or object in between.
        guard outer < 4 * StateTag.depthLimit else { throw Self.tooDeep(path) }
        progress.pointee.serial &+= 1
        progress.pointee.slots.append(Slot(serial: progress.pointee.serial, level: level))
        let slot = SlotID(index: Int32(outer), serial: progress.pointee.serial)
        do {
            try value.encode(to: StateEncoder(stream: self, slot: slot, path: path))
            if let failure = progress.pointee.failure { throw failure }
            try close(writer)
        } catch {
            // The containing type may catch the error and continue without this value.
            progress.pointee.failure = nil
            progress.pointee.slots.removeLast(progress.pointee.slots.count - outer)
            while progress.pointee.insertions.count > inserted {
                progress.pointee.insertions.removeLast().child.finish()
            }
            writer.pointee.truncate(to: start)
            throw error
        }
    }

    /// Returns the writer for the value of `slot`, which must be the innermost one.
    private func writer(_ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        if let failure = progress.pointee.failure { throw failure }
        guard let target = progress.pointee.target, Int(slot.index) == progress.pointee.slots.count - 1,
            progress.pointee.slots[Int(slot.index)].serial == slot.serial
        else {
            throw Self.error("written to after it was complete", path)
        }
        return target
    }

    /// Returns the offset of the next byte.
    func mark(_ slot: SlotID, _ path: StatePath?) throws -> Int { try writer(slot, path).pointee.count }

    /// Returns the number of arrays and objects around the value of `slot`.
    func level(of slot: SlotID) -> Int32 { progress.pointee.slots[Int(slot.index)].level }

    /// Returns the number of arrays and objects around the contents of the value of `slot`.
    func level(within slot: SlotID) -> Int32 { progress.pointee.slots[Int(slot.index)].level + 1 }

    // MARK: Containers

    /// Makes the value of `slot` an object, unless it is one already.
    func openObject(_ slot: SlotID, key: Any.Type, _ path: StatePath?) {
        lastKey = key
        open(slot, key == dictionaryKey ? .dictionary : .object, path)
    }

    /// Makes the value of `slot` an array, unless it is one already.
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
            // A container has to be returned in any case; it throws this error when it is used.
            progress.pointee.failure = progress.pointee.failure ?? error
        }
    }

    /// Starts a field, whose value is written next.
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

    /// Starts an element, whose value is written next.
    func element(_ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        let writer = try writer(slot, path)
        progress.pointee.slots[Int(slot.index)].elements += 1
        return writer
    }

    /// Starts the single value of `slot`.
    func single(_ slot: SlotID, _ path: StatePath?) throws -> UnsafeMutablePointer<ByteWriter> {
        let writer = try writer(slot, path)
        guard progress.pointee.slots[Int(slot.index)].form == .empty else {
            throw Self.error("a single value cannot follow another one", path)
        }
        progress.pointee.slots[Int(slot.index)].form = .single
        return writer
    }

    /// Undoes the start of an element that was not written.
    func withdrawElement(_ slot: SlotID) { progress.pointee.slots[Int(slot.index)].elements -= 1 }

    /// Undoes the start of a single value that was not written.
    func withdrawSingle(_ slot: SlotID) { progress.pointee.slots[Int(slot.index)].form = .empty }

    /// Returns the number of elements of an array so far.
    func elements(_ slot: SlotID) -> Int {
        let index = Int(slot.index)
        return index < progress.pointee.slots.count && progress.pointee.slots[index].serial == slot.serial
            ? progress.pointee.slots[index].elements : 0
    }

    /// Returns an encoder for a child that is inserted at the end of `writer`.
    func child(
        _ writer: UnsafeMutablePointer<ByteWriter>, within slot: SlotID, path: StatePath?
    ) -> StateEncoder {
        let child = StateEncoding(of: main ?? self, level: level(within: slot))
        progress.pointee.insertions.append(Insertion(offset: writer.pointee.count, child: child))
        return StateEncoder(stream: child, slot: SlotID(index: 0, serial: 0), path: path)
    }

    /// Returns an encoder that only throws, for requirements that cannot throw themselves.
    func failed(_ error: any Error, path: StatePath?) -> StateEncoder {
        let reason = error as? EncodingError ?? Self.error("\(error)", path)
        progress.pointee.failure = progress.pointee.failure ?? reason
        let child = StateEncoding(of: main ?? self, level: 0)
        child.progress.pointee.failure = reason
        return StateEncoder(stream: child, slot: SlotID(index: 0, serial: 0), path: path)
    }

    // MARK: Ends

    /// Ends the innermost value and completes its bytes.
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

    /// Inserts the bytes of children into the content from `body` on.
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
    /// Encodes a whole value, or the reason why it cannot be encoded.
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

    /// The coding key type of dictionaries with string or integer keys, whose fields are stored in the order of their
    /// names. The standard library's type has no public name, so that it is taken from the encoding of a dictionary.
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
