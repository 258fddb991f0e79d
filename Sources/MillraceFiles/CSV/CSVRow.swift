import Millrace

/// The row being decoded: its bytes and the positions of its fields.
///
/// One object is used for a whole file, so that a row needs no allocation. The bytes belong to the reader's window and
/// are only accessed between `load` and the end of the decoding.
@usableFromInline
final class CSVRow {
    /// The range of a field's bytes, without the enclosing quotes.
    struct Field {
        var start: Int32
        var end: Int32
        var form: Form

        enum Form: UInt8 {
            case plain, quoted, quotedWithQuotes
        }
    }

    let file: String
    let separator: UInt8
    /// The name of the record type, for messages.
    let record: String
    let missing: MissingSpellings
    var header = CSVHeader([]) {
        didSet {
            fields.deallocate()
            fields = .allocate(capacity: max(header.names.count, 1))
        }
    }
    var plan = CSVColumnPlan()
    /// What a `CSVSchemaDecoder` reads with; see `CSVColumns`.
    var columnMemory: CSVColumnMemory
    /// The copy of the row that a `CSVFieldReader` reads, with room after it.
    var padded = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
    /// The error that applies to every row of the file; set before it is thrown through the decoding.
    var refusal: SourceError?

    var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The fields, one for each name in the header.
    private(set) var fields = UnsafeMutablePointer<Field>.allocate(capacity: 1)

    init(file: String, separator: UInt8, missing: Set<String>, record: String) {
        self.file = file
        self.separator = separator
        self.missing = MissingSpellings(missing)
        self.record = record
        columnMemory = CSVColumnMemory(columns: 0, missing: missing)
    }

    deinit {
        fields.deallocate()
        padded.deallocate()
    }

    /// The result of `load`.
    @usableFromInline
    enum State {
        case ready
        case blank
        case malformed(String)
    }

    /// Splits the row into fields; their number has to be that of the header.
    @usableFromInline
    func load(_ bytes: UnsafeRawBufferPointer) -> State {
        if bytes.isEmpty { return .blank }
        self.bytes = bytes
        plan.rewind()
        var splitter = CSVFieldSplitter(bytes, separator: separator)
        let expected = header.names.count
        let fields = fields
        var found = 0
        while let field = splitter.next() {
            if found < expected { fields[found] = field }
            found += 1
        }
        if let defect = splitter.defect { return .malformed("column \(header.name(of: found)): \(defect)") }
        guard found == expected else { return .malformed("expected \(expected) fields, found \(found)") }
        if RecordFrame.first(UInt8(ascii: "\r"), in: bytes) != nil, hasBareReturn(found) {
            return .malformed("a CR stands outside quotes: rows end with LF or CRLF")
        }
        if let place = TextValidity.firstInvalidByte(in: bytes) { return .malformed(invalidText(at: place)) }
        return .ready
    }

    private func hasBareReturn(_ count: Int) -> Bool {
        (0..<count).contains { fields[$0].form == .plain && raw($0).contains(UInt8(ascii: "\r")) }
    }

    /// Reads the column names from the first row.
    func loadHeader(_ bytes: UnsafeRawBufferPointer) throws {
        var splitter = CSVFieldSplitter(bytes, separator: separator)
        var names: [String] = []
        while let field = splitter.next() {
            let name = CSVRow.text(of: field, in: bytes)
            guard field.form != .plain || !name.utf8.contains(UInt8(ascii: "\r")) else {
                throw SourceError(
                    "The rows of \(file) end with CR alone, which would make all of it one row",
                    advice: "Convert the file: rows end with LF or CRLF")
            }
            names.append(name)
        }
        let isText = TextValidity.firstInvalidByte(in: bytes) == nil
        guard splitter.defect == nil, isText, !bytes.isEmpty else {
            let defect = splitter.defect ?? (isText ? "it is blank" : "it is not UTF-8 text")
            throw SourceError(
                "The first row of \(file) does not name the columns: \(defect)",
                advice: "Correct the row; for files that have none, give the columns' names as `columns`")
        }
        header = CSVHeader(names)
    }

    private func invalidText(at place: Int) -> String {
        let column = (0..<header.names.count).first { place < fields[$0].end } ?? 0
        return "column \(header.name(of: column)): expected UTF-8 text, found the byte 0x"
            + String(bytes[place], radix: 16)
    }
}
