import CSimdjson

/// The record being decoded: simdjson's parser with the tape it wrote last.
///
/// A decoder that someone keeps beyond its record finds that the generation has changed, and says so, instead of
/// reading another record's values.
final class JSONDocument {
    /// How deep a record may be nested, as in Foundation's decoder.
    static var depthLimit: Int { 512 }

    struct State {
        var tape: Tape?
        /// Counts the records.
        var generation: UInt32 = 0
        /// Whether `oversized` holds any.
        var hasOversized = false
    }

    let parser: OpaquePointer
    let options: JSONDecodingOptions
    /// Behind a pointer, since each value asks for it: a stored variable of a class has its accesses checked.
    let state: UnsafeMutablePointer<State>
    /// The texts of numbers that neither 64 bits nor a double hold, by their place.
    var oversized: [Int: String] = [:]
    /// Where the last search for a value's place in the text ended.
    var searched = TokenCursor()
    /// Names in camel case, by their snake case.
    var camelCase: [String: String] = [:]

    init(options: JSONDecodingOptions) throws {
        guard let parser = csimdjson_create(JSONDocument.depthLimit) else { throw JSONOutOfMemory() }
        self.parser = parser
        self.options = options
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
        csimdjson_destroy(parser)
    }

    /// The tape that a decoder of `generation` reads.
    @inline(__always)
    func tape(_ generation: UInt32) throws -> Tape {
        guard state.pointee.generation == generation, let tape = state.pointee.tape else { throw outdated }
        return tape
    }

    private var outdated: DecodingError {
        DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: [],
                debugDescription: "A decoder was used after the call that it was made for. Decode within init(from:)."))
    }
}

/// There is no memory for a parser, or for a record of this size.
struct JSONOutOfMemory: Error, CustomStringConvertible {
    var description: String { "There is not enough memory to parse a JSON record" }
}
