import CMillraceSimdjson
import MillraceTime

/// The record being decoded: simdjson's parser with its latest tape.
///
/// If a `Decoder` is kept and used after its record, the changed generation is detected and an error is thrown, instead
/// of reading the values of another record.
final class JSONDocument {
    struct State {
        var tape: Tape?
        /// The number of the record, which is incremented for each.
        var generation: UInt32 = 0
        /// Whether a record is being decoded.
        var isInUse = false
        /// Whether `oversized` is not empty.
        var hasOversized = false
        /// Whether names in the text are converted to coding keys.
        let convertsKeys: Bool
        /// The texts of numbers that fit neither into 64 bits nor into a double, by their offset in the text.
        var oversized: [Int: String] = [:]
        /// Where the last search for the offset of a value ended.
        var searched = TokenCursor()
        /// The indexes of the members of large objects: node of the object to name to node of the value.
        var indexes: [Int: [String: Int]] = [:]
        /// A cache of converted names: snake case to camel case.
        var camelCase: [String: String] = [:]
    }

    let parser: OpaquePointer
    let options: JSONDecodingOptions
    /// The decoder's `userInfo`, created once.
    let userInfo: [CodingUserInfoKey: Any]
    /// The mutable state. Behind a pointer because it is accessed for each value, and accesses to a stored variable of
    /// a class are checked for exclusivity.
    let state: UnsafeMutablePointer<State>

    init(options: JSONDecodingOptions) throws {
        guard let parser = csimdjson_create(SyntaxCheck.depthLimit) else { throw JSONOutOfMemory() }
        self.parser = parser
        self.options = options
        if options.times != .millisecondsSince1970, let key = Timestamp.numberMeaningKey {
            userInfo = [key: options.times]
        } else {
            userInfo = [:]
        }
        state = .allocate(capacity: 1)
        state.initialize(to: State(convertsKeys: options.keys != .useDefaultKeys))
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
        csimdjson_destroy(parser)
    }

    /// Begins a record; throws if another one is being decoded.
    func begin() throws {
        guard !state.pointee.isInUse else { throw failure("A decoder was asked for a record within another one.") }
        state.pointee.isInUse = true
    }

    /// Returns the tape; throws if it is no longer that of `generation`.
    @inline(__always)
    func tape(_ generation: UInt32) throws -> Tape {
        guard state.pointee.generation == generation, let tape = state.pointee.tape else { throw outdated }
        return tape
    }

    private var outdated: DecodingError {
        failure("A decoder was used after the call that it was made for. Decode within init(from:).")
    }

    func failure(_ reason: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: reason))
    }
}

/// The error for a parser or record that there is not enough memory for.
struct JSONOutOfMemory: Error, CustomStringConvertible {
    var description: String { "There is not enough memory to parse a JSON record" }
}
