import Foundation

extension JSONWriter {
    /// Appends a value of any type.
    @inline(__always)
    func write<T: Encodable>(_ value: T) throws {
        if try writeUnusual(value) { return }
        let id = open(.pending)
        try value.encode(to: ValueEncoder(writer: self, id: id))
        guard Int(id.depth) <= state.pointee.levels.count else { return }
        close(above: Int(id.depth) - 1)
    }

    /// Appends a value of a type that is not encoded with its own `encode(to:)`; returns `false` for other types.
    @inline(__always)
    func writeUnusual<T: Encodable>(_ value: T) throws -> Bool {
        let type = ObjectIdentifier(T.self)
        if state.pointee.plainTypes.contains(type) { return false }
        if try writeFoundation(value) { return true }
        if let dictionary = value as? any SortableDictionary {
            try dictionary.write(to: self)
            return true
        }
        state.pointee.plainTypes.insert(type)
        return false
    }

    private func writeFoundation<T: Encodable>(_ value: T) throws -> Bool {
        switch value {
        case let date as Date: try write(date)
        case let data as Data: state.pointee.text.appendString(data.base64EncodedString())
        case let url as URL: state.pointee.text.appendString(url.absoluteString)
        case let decimal as Decimal:
            guard decimal.isFinite else { throw invalid(decimal, "Unable to encode Decimal.nan directly in JSON.") }
            state.pointee.text.append(decimal.description)
        default: return false
        }
        return true
    }

    private func write(_ date: Date) throws {
        switch options.dates {
        case .deferredToDate: try write(number: date.timeIntervalSinceReferenceDate)
        case .secondsSince1970: try write(number: date.timeIntervalSince1970)
        case .millisecondsSince1970: try write(number: 1000 * date.timeIntervalSince1970)
        case .iso8601: state.pointee.text.appendString(date.formatted(.iso8601))
        }
    }

    @inline(__always)
    func write<T: BinaryFloatingPoint & CustomStringConvertible>(number: T) throws {
        guard number.isFinite else {
            let name = number.isNaN ? "nan" : number < 0 ? "-infinity" : "infinity"
            throw invalid(number, "Unable to encode \(T.self).\(name) directly in JSON.")
        }
        if let double = number as? Double { return state.pointee.text.append(double: double) }
        state.pointee.text.append(number: number)
    }
}

extension Decimal {
    fileprivate var isFinite: Bool { !isNaN && !isInfinite }
}
