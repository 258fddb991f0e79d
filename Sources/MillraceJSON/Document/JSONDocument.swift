import CMillraceSimdjson
import MillraceTime

/// The record being decoded: simdjson's parser with the tape it wrote last.
///
/// A decoder that someone keeps beyond its record finds that the generation has changed, and says so, instead of
/// reading another record's values.
final class JSONDocument {
    struct State {
        var tape: Tape?
        /// Counts the records.
        var generation: UInt32 = 0
        /// Whether a record is being decoded.
        var isInUse = false
        /// Whether `oversized` holds any.
        var hasOversized = false
        /// Whether names in the text are not those of the type.
        let convertsKeys: Bool
        /// The texts of numbers that neither 64 bits nor a double hold, by their place.
        var oversized: [Int: String] = [:]
        /// Where the last search for a value's place in the text ended.
        var searched = TokenCursor()
        /// The members by name of those objects that have many.
        var indexes: [Int: [String: Int]] = [:]
        /// Names in camel case, by their snake case.
        var camelCase: [String: String] = [:]
    }

    let parser: OpaquePointer
    let options: JSONDecodingOptions
    /// What types that decode themselves are told; made once.
    let userInfo: [CodingUserInfoKey: Any]
    /// Behind a pointer, since each value asks for it: a stored variable of a class has its accesses checked.
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

    /// Takes the document for a record; only one at a time.
    func begin() throws {
        guard !state.pointee.isInUse else { throw failure("A decoder was asked for a record within another one.") }
        state.pointee.isInUse = true
    }

    /// The tape that a decoder of `generation` reads.
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

/// There is no memory for a parser, or for a record of this size.
struct JSONOutOfMemory: Error, CustomStringConvertible {
    var description: String { "There is not enough memory to parse a JSON record" }
}
