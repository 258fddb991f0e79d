/// The record being encoded: the text so far, and the objects and arrays that are open in it.
///
/// Containers write straight to the text. `Encoder` allows more than that: two containers may be written to in turns,
/// and a member may be replaced. Both are noticed, and the record is then encoded another way (`isScattered`).
final class JSONWriter {
    struct State {
        var text = JSONText()
        var levels = PlainStack<Level>(capacity: 32)
        /// The names in open objects, those of an object together.
        var names = PlainStack<WrittenName>(capacity: 128)
        var serial: UInt32 = 0
        /// Whether a record is being encoded.
        var isInUse = false
        /// Whether something came out of order.
        var isScattered = false
        /// What an `encode(to:)` did wrong, if it did.
        var misuse: String?
        var plainTypes = TypeCache()
    }

    let options: JSONEncodingOptions
    /// Behind a pointer, since each value asks for it: a stored variable of a class has its accesses checked.
    let state: UnsafeMutablePointer<State>

    init(options: JSONEncodingOptions) {
        self.options = options
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        state.pointee.text.deallocate()
        state.pointee.levels.deallocate()
        state.pointee.names.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    var written: UnsafeBufferPointer<UInt8> { state.pointee.text.bytes }

    /// Takes the writer for a record; only one at a time.
    func begin() throws {
        guard !state.pointee.isInUse else {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(codingPath: [], debugDescription: "An encoder was used within its own call."))
        }
        state.pointee.isInUse = true
        state.pointee.isScattered = false
        state.pointee.misuse = nil
        state.pointee.text.clear()
        state.pointee.levels.shrink(to: 0)
        state.pointee.names.shrink(to: 0)
    }

    /// Writes the outermost value.
    func top<T: Encodable>(_ value: T) throws {
        try write(value)
        guard state.pointee.text.count > 0 || state.pointee.isScattered else {
            throw invalid(value, "Top-level \(T.self) did not encode any values.")
        }
        if let misuse = state.pointee.misuse { throw invalid(value, misuse) }
    }

    /// Where the value that is being written stands.
    func path(to depth: Int) -> [any CodingKey] {
        (0..<min(depth, state.pointee.levels.count)).compactMap { place in
            let level = state.pointee.levels.start[place]
            switch level.kind {
            case .array: return JSONKey(index: max(0, level.count - 1))
            case .object:
                let next = level.firstName + level.count - 1
                guard level.count > 0, next < state.pointee.names.count else { return nil }
                return JSONKey(stringValue: state.pointee.text.name(state.pointee.names.start[next]))
            case .pending, .scalar: return nil
            }
        }
    }

    func invalid(_ value: Any, _ reason: String) -> EncodingError {
        .invalidValue(
            value,
            EncodingError.Context(codingPath: path(to: state.pointee.levels.count), debugDescription: reason))
    }
}
