/// The record being encoded: the text so far, and its open objects and arrays.
///
/// Containers write directly to the text. `Encoder` allows more than that: two containers may be written to
/// alternately, and a member may be replaced. Both are detected, and the record is then encoded by Foundation
/// (`isScattered`).
final class JSONWriter {
    struct State {
        var text = JSONText()
        var levels = PlainStack<Level>(capacity: 32)
        /// The names of the members of open objects, contiguous for each object.
        var names = PlainStack<WrittenName>(capacity: 128)
        var serial: UInt32 = 0
        /// Whether a record is being encoded.
        var isInUse = false
        /// Whether something was encoded out of order or replaced, so that Foundation has to encode the record.
        var isScattered = false
        /// The description of an invalid `encode(to:)`, if there was one.
        var misuse: String?
        var plainTypes = TypeCache()
    }

    let options: JSONEncodingOptions
    /// The mutable state. Behind a pointer because it is accessed for each value, and accesses to a stored variable of
    /// a class are checked for exclusivity.
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

    /// Begins a record; throws if another one is being encoded.
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

    /// Writes the root value.
    func top<T: Encodable>(_ value: T) throws {
        try write(value)
        guard state.pointee.text.count > 0 || state.pointee.isScattered else {
            throw invalid(value, "Top-level \(T.self) did not encode any values.")
        }
        if let misuse = state.pointee.misuse { throw invalid(value, misuse) }
    }

    /// Returns the coding path of the value that is being written.
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
