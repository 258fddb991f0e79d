import Foundation
import MillraceTime

/// The decoding of one stored value: its bytes and the names of its fields.
///
/// Nothing is copied or indexed in advance. Containers hold offsets. An object searches for a field from the end of the
/// previous one, so that fields are found immediately if they are decoded in the order in which they were written.
final class StateDecoding {
    /// The stored bytes. Empty after the value has been decoded, since containers may be kept longer.
    var bytes: StateBytes { progress.pointee.bytes }

    private struct Progress {
        var bytes: StateBytes
        var names: [Range<Int>] = []
        /// The object that was read last, and the offset of its next field.
        var lastObject = -1
        var nextField = 0
        /// An error that occurred where it could not be thrown.
        var failure: (any Error)?
    }

    /// A pointer, since exclusivity checks on a class's variables would take a tenth of the time.
    private let progress: UnsafeMutablePointer<Progress>

    /// The offset of a missing value, which is read as null.
    static let nowhere = -1

    private init(_ bytes: StateBytes) {
        progress = .allocate(capacity: 1)
        progress.initialize(to: Progress(bytes: bytes))
    }

    deinit {
        progress.deinitialize(count: 1)
        progress.deallocate()
    }

    /// Decodes a whole value.
    static func decode<T: Decodable>(_ type: T.Type, from reader: inout ByteReader) throws -> T {
        let all = UnsafeRawBufferPointer(start: reader.base, count: reader.remaining)
        let bytes = StateBytes(all)
        if try bytes.byte(0, limit: bytes.count) == StateTag.refused {
            let reason = try bytes.text(try bytes.content(0, limit: bytes.count))
            throw StateDecodingError(expected: "\(T.self)", found: "a value that could not be written: \(reason)")
        }
        let source = StateDecoding(bytes)
        defer { source.progress.pointee.bytes = StateBytes(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let end = try source.readNames(try bytes.end(ofValueAt: 0, limit: bytes.count))
        let value = try source.value(type, at: 0, path: nil)
        if let failure = source.progress.pointee.failure { throw failure }
        _ = try reader.readBytes(end)
        return value
    }

    /// Reads the table of names at `offset`. Returns the offset at which it ends.
    private func readNames(_ offset: Int) throws(StateDecodingError) -> Int {
        var offset = offset
        let count = try bytes.length(&offset, limit: bytes.count)
        progress.pointee.names.reserveCapacity(min(count, 256))
        for _ in 0..<count {
            let length = try bytes.length(&offset, limit: bytes.count)
            progress.pointee.names.append(offset..<(offset + length))
            offset += length
        }
        return offset
    }

    // MARK: Values

    /// Decodes the value at `offset`. Types that are not scalars decode themselves with a `StateDecoder`.
    func value<T: Decodable>(_ type: T.Type, at offset: Int, path: @autoclosure () -> StatePath?) throws -> T {
        if offset >= 0 {
            // The types are compared one by one: a generic function that returns an optional takes longer than all
            // comparisons.
            if T.self == Int.self, let value = try Int.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == String.self, let value = try String.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Double.self, let value = try Double.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Timestamp.self, let value = try Timestamp.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Int64.self, let value = try Int64.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Int32.self, let value = try Int32.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Float.self, let value = try Float.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Bool.self, let value = try Bool.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == UUID.self, let value = try UUID.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == Data.self, let value = try Data.read(bytes, at: offset) { return Self.cast(value) }
            if T.self == [UInt8].self, let value = try [UInt8].read(bytes, at: offset) { return Self.cast(value) }
        }
        return try T(from: StateDecoder(source: self, offset: offset, path: path()))
    }

    /// Casts `value` to `T`, which is known to be the same type.
    @inline(__always)
    private static func cast<S: StateScalar, T>(_ value: S) -> T { unsafeBitCast(value, to: T.self) }

    /// Whether the value at `offset` is null.
    func isNull(_ offset: Int) throws(StateDecodingError) -> Bool {
        if offset < 0 { return true }
        return try bytes.byte(offset, limit: bytes.count) == StateTag.null
    }

    /// Returns the content of the array or object at `offset`.
    func content(_ offset: Int, tag: UInt8, _ path: StatePath?) throws -> Range<Int> {
        guard try !isNull(offset), try bytes.byte(offset, limit: bytes.count) == tag else {
            throw mismatch(tag == StateTag.array ? [Any].self : [String: Any].self, at: offset, path)
        }
        guard (path?.depth ?? 0) < StateTag.depthLimit else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [], debugDescription: "nested more than \(StateTag.depthLimit) deep"))
        }
        return try bytes.content(offset, limit: bytes.count)
    }

    // MARK: Fields

    /// Returns the offsets of the value of field `key` and of the next field in the object at `object`; `nil` if there
    /// is no such field.
    func field(_ key: String, in content: Range<Int>, of object: Int) throws -> (value: Int, next: Int)? {
        let start = progress.pointee.lastObject == object ? progress.pointee.nextField : content.lowerBound
        var key = key
        return try key.withUTF8 { utf8 in
            let wanted = UnsafeRawBufferPointer(utf8)
            return try search(wanted, start, content.upperBound, limit: content.upperBound)
                ?? search(wanted, content.lowerBound, start, limit: content.upperBound)
        }
    }

    private func search(
        _ wanted: UnsafeRawBufferPointer, _ start: Int, _ end: Int, limit: Int
    ) throws(StateDecodingError) -> (value: Int, next: Int)? {
        var offset = start
        while offset < end {
            let name = try name(&offset, limit: limit)
            let value = offset
            offset = try bytes.end(ofValueAt: value, limit: limit)
            if Self.equal(bytes.slice(name), wanted) { return (value, offset) }
        }
        return nil
    }

    /// Stores the offset of the next field of `object`.
    func found(next: Int, of object: Int) {
        progress.pointee.lastObject = object
        progress.pointee.nextField = next
    }

    /// Returns the names of all fields of an object.
    func fieldNames(in content: Range<Int>) -> [String] {
        var result: [String] = []
        do {
            var offset = content.lowerBound
            while offset < content.upperBound {
                result.append(try bytes.text(try name(&offset, limit: content.upperBound)))
                offset = try bytes.end(ofValueAt: offset, limit: content.upperBound)
            }
        } catch {
            fail(error)
        }
        return result
    }

    /// Returns the number of elements of an array.
    func elements(in content: Range<Int>) -> Int {
        var count = 0
        do {
            var offset = content.lowerBound
            while offset < content.upperBound {
                offset = try bytes.end(ofValueAt: offset, limit: content.upperBound)
                count += 1
            }
        } catch {
            fail(error)
        }
        return count
    }

    /// Records an error where none can be thrown. Decoding the whole value then fails with it.
    func fail(_ error: any Error) { progress.pointee.failure = progress.pointee.failure ?? error }

    private func name(_ offset: inout Int, limit: Int) throws(StateDecodingError) -> Range<Int> {
        switch try bytes.fieldName(&offset, limit: limit) {
        case .text(let text): return text
        case .index(let index):
            let count = progress.pointee.names.count
            guard index < count else {
                throw StateDecodingError(expected: "one of \(count) names", found: "number \(index)")
            }
            return progress.pointee.names[index]
        }
    }

    private static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
        return memcmp(leftBase, rightBase, left.count) == 0
    }

    // MARK: Errors

    /// Returns the error for a value at `offset` that is not a `type`.
    func mismatch(_ type: Any.Type, at offset: Int, _ path: StatePath?) -> any Error {
        let found: String
        do {
            found = try StateValueKind.name(bytes, at: offset)
        } catch {
            return error
        }
        let context = DecodingError.Context(
            codingPath: StatePath.keys(path), debugDescription: "Expected \(type) but found \(found)")
        return found == StateValueKind.null
            ? DecodingError.valueNotFound(type, context) : DecodingError.typeMismatch(type, context)
    }
}
