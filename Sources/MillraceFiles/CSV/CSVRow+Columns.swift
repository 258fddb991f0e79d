import Millrace

/// Which columns the fields of a record are read from, and where the fields of a row end. The memory belongs to the
/// `CSVRow` of the file.
@frozen
@usableFromInline
struct CSVColumns {
    /// The number of columns.
    @usableFromInline var count: Int
    /// The number of fields of the record.
    @usableFromInline var fields: Int
    /// The column of each field of the record; -1 where the file has none.
    @usableFromInline var ofFields: UnsafePointer<Int32>
    /// The name of each field, where the schema's literal is in memory; `nil` until the field has been read.
    @usableFromInline var names: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    /// Room for the end of each field of a row, and what `millrace_csv_row` writes after it. The place before says -1.
    @usableFromInline var ends: UnsafeMutablePointer<Int32>
    @usableFromInline var separator: UInt8
    @usableFromInline var missing: MissingWords
}

/// The memory of `CSVColumns`.
final class CSVColumnMemory {
    fileprivate let names: UnsafeMutableBufferPointer<UnsafePointer<UInt8>?>
    fileprivate let fields: [String]
    fileprivate let ofFields: UnsafeMutableBufferPointer<Int32>
    fileprivate let ends: UnsafeMutableBufferPointer<Int32>
    fileprivate let words: UnsafeMutableBufferPointer<(word: UInt64, count: Int)>
    fileprivate let lengths: UInt64

    init(_ fields: [String] = [], columnOfFields: [Int] = [], columns: Int, missing: Set<String>) {
        self.fields = fields
        names = .allocate(capacity: max(fields.count, 1))
        names.initialize(repeating: nil)
        ofFields = .allocate(capacity: max(columnOfFields.count, 1))
        for (field, column) in columnOfFields.enumerated() { ofFields[field] = Int32(truncatingIfNeeded: column) }
        ends = .allocate(capacity: columns + 2 + FileWindow.padding)
        ends.initialize(repeating: -1)
        let spellings = missing.map { Array($0.utf8) }
        let short = spellings.filter { $0.count <= 8 }
        words = .allocate(capacity: short.count)
        for (index, bytes) in short.enumerated() {
            let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            words.initializeElement(at: index, to: (word, bytes.count))
        }
        lengths = spellings.reduce(0) { $0 | 1 << UInt64($1.count < 9 ? $1.count : 63) }
    }

    deinit {
        names.deallocate()
        ofFields.deallocate()
        ends.deallocate()
        words.deallocate()
    }
}

extension CSVRow {
    @usableFromInline var columns: CSVColumns {
        let memory = columnMemory
        // Each of the three is allocated with room for at least one element, so it has an address.
        let words = UnsafeBufferPointer(memory.words)
        return CSVColumns(
            count: header.names.count, fields: memory.fields.count,
            ofFields: UnsafePointer(memory.ofFields.baseAddress.unsafelyUnwrapped),
            names: memory.names.baseAddress.unsafelyUnwrapped,
            ends: memory.ends.baseAddress.unsafelyUnwrapped + 1, separator: separator,
            missing: MissingWords(
                lengths: memory.lengths, words: words, row: Unmanaged.passUnretained(self)))
    }

    /// Splits a row for a `CSVFieldReader`, which may read beyond the end of the row: so it reads a copy.
    @usableFromInline
    func loadPadded(_ bytes: UnsafeRawBufferPointer) -> State {
        if padded.count < bytes.count + FileWindow.padding {
            padded.deallocate()
            padded = .allocate(byteCount: 2 * bytes.count + FileWindow.padding, alignment: 16)
        }
        padded.copyMemory(from: bytes)
        return load(UnsafeRawBufferPointer(start: padded.baseAddress, count: bytes.count))
    }

    /// The address and length of a field of the row that `loadPadded` has split.
    @usableFromInline
    func split(_ column: Int) -> UnsafeRawBufferPointer { raw(column) }

    /// Finds the column of each field; throws if a field needs one that the file does not have, or is of a type that a
    /// column cannot hold.
    func findColumns(of record: RecordDescription) throws {
        var found: [Int] = []
        for field in record.fields {
            guard field.type.isSingleValue else {
                _ = refuse(shape: "its field \"\(field.name)\" is not a single value")
                throw refusal
                    ?? SourceError("\(record.name) cannot be decoded from CSV", advice: "Decode single values")
            }
            let column = header.index(of: field.name)
            if header.repeated.contains(field.name) { _ = refuse(repeated: field.name) }
            if column == nil, !field.mayBeAbsent { _ = refuse(absent: CSVColumnKey(stringValue: field.name)) }
            if let refusal { throw refusal }
            found.append(column ?? -1)
        }
        columnMemory = CSVColumnMemory(
            record.fields.map(\.name), columnOfFields: found, columns: header.names.count, missing: missing.texts)
    }

    /// Called where a schema visits a field whose name is not where it was before: it may be another field.
    func checkField(_ index: Int, _ name: StaticString) throws {
        guard index < columnMemory.fields.count, columnMemory.fields[index] == "\(name)" else {
            let expected = index < columnMemory.fields.count ? "\"\(columnMemory.fields[index])\"" : "no more fields"
            refusal = SourceError(
                "The schema of \(record) visits the field \"\(name)\" where it visited \(expected) when it was described",
                advice: "Have schema(_:) visit the same fields in the same order at every call, without conditions")
            throw CSVFieldReader.Irregular.value
        }
        columnMemory.names[index] = name.utf8Start
    }
}

extension FieldType {
    /// Whether a field of the type is one text in CSV.
    fileprivate var isSingleValue: Bool {
        switch self {
        case .array, .dictionary, .record: false
        case .optional(let type), .enumeration(_, let type): type.isSingleValue
        case .integer, .double, .float, .bool, .string, .inlineText, .timestamp, .date, .decimal: true
        }
    }
}
