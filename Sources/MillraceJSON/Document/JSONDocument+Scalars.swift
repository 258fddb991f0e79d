extension JSONDocument {
    @inline(__always)
    func integer<T: FixedWidthInteger>(_ type: T.Type, at node: Int, on tape: Tape) throws -> T {
        if tape.kind(node) == .signed, let value = T(exactly: Int64(bitPattern: tape.number(node))),
            value != 0 || !state.pointee.hasOversized
        {
            return value
        }
        return try unusualInteger(type, at: node, on: tape)
    }

    @inline(never)
    private func unusualInteger<T: FixedWidthInteger>(_ type: T.Type, at node: Int, on tape: Tape) throws -> T {
        guard tape.kind(node).isNumber else { throw mismatch(type, at: node, on: tape) }
        let text = numberText(node, on: tape)
        guard let value = NumberText.integer(text, as: type) else { throw unfit(text, type, at: node, on: tape) }
        return value
    }

    @inline(__always)
    func double(at node: Int, on tape: Tape) throws -> Double {
        if tape.kind(node) == .double {
            let value = Double(bitPattern: tape.number(node))
            if value != 0 { return value }
        } else if tape.kind(node) == .signed {
            let value = Int64(bitPattern: tape.number(node))
            if value != 0 { return Double(value) }
        }
        return try unusualDouble(at: node, on: tape)
    }

    /// Decodes a number from its text. Also used for zeros, which may be negative, the result of an underflow, or the
    /// replacement of a number with too many digits.
    @inline(never)
    private func unusualDouble(at node: Int, on tape: Tape) throws -> Double {
        guard tape.kind(node).isNumber else { throw mismatch(Double.self, at: node, on: tape) }
        let text = numberText(node, on: tape)
        guard let value = NumberText.double(text) else { throw unfit(text, Double.self, at: node, on: tape) }
        return value
    }

    func float(at node: Int, on tape: Tape) throws -> Float {
        guard tape.kind(node).isNumber else { throw mismatch(Float.self, at: node, on: tape) }
        // Not converted from a double, which would round twice.
        let text = numberText(node, on: tape)
        guard let value = NumberText.float(text) else { throw unfit(text, Float.self, at: node, on: tape) }
        return value
    }

    @inline(__always)
    func bool(at node: Int, on tape: Tape) throws -> Bool {
        switch tape.kind(node) {
        case .true: true
        case .false: false
        default: throw mismatch(Bool.self, at: node, on: tape)
        }
    }

    @inline(__always)
    func string(at node: Int, on tape: Tape) throws -> String {
        guard tape.kind(node) == .string else { throw mismatch(String.self, at: node, on: tape) }
        return tape.string(node)
    }

    private func unfit(_ text: String, _ type: Any.Type, at node: Int, on tape: Tape) -> DecodingError {
        corrupted("Number \(text) is not representable as \(type).", at: node, on: tape)
    }
}
