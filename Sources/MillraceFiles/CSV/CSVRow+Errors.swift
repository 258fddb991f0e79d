import Millrace

/// The coding key that names a column in a decoding error.
struct CSVColumnKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension CSVRow {
    /// Returns the error for a field whose text is missing or is not of the property's type.
    func mismatch<T>(
        _ column: Int, _ type: T.Type, expected: String = "\(T.self)", detail: String? = nil
    ) -> DecodingError {
        let path = [CSVColumnKey(stringValue: header.name(of: column))]
        if isMissing(column) {
            let description =
                "expected \(expected), found no value"
                + (text(column).isEmpty ? "" : " (\"\(text(column))\" stands for a missing one)")
            return .valueNotFound(type, .init(codingPath: path, debugDescription: description))
        }
        let description = "expected \(expected), found \"\(text(column))\"" + (detail.map { " (\($0))" } ?? "")
        return .typeMismatch(type, .init(codingPath: path, debugDescription: description))
    }

    /// Returns why decoding the row failed; throws if it fails for every row of the file.
    @usableFromInline
    func reason(for error: any Error) throws -> String {
        if let refusal { throw refusal }
        guard let error = error as? DecodingError, let context = error.context else { return "\(error)" }
        let columns = context.codingPath.map(\.stringValue).joined(separator: ".")
        return columns.isEmpty ? context.debugDescription : "column \(columns): \(context.debugDescription)"
    }

    func refuse(absent key: some CodingKey) -> DecodingError {
        refusal = SourceError(
            "\(file) has no column \"\(key.stringValue)\", which \(record) needs",
            advice: "Correct the file, give the property a coding key, or make it optional; the columns are "
                + header.names.joined(separator: ", "))
        return .keyNotFound(key, .init(codingPath: [], debugDescription: "there is no such column"))
    }

    func refuse(repeated name: String) -> DecodingError {
        refusal = SourceError(
            "\(file) has several columns \"\(name)\", so that it is not clear which one \(record) needs",
            advice: "Rename all but one of them; the columns are " + header.names.joined(separator: ", "))
        return .dataCorrupted(.init(codingPath: [], debugDescription: "there are several such columns"))
    }

    func refuse(shape: String) -> DecodingError {
        refusal = SourceError(
            "\(record) cannot be decoded from the rows of \(file): \(shape)",
            advice: "Decode a struct with one property a column, each a single value")
        return .dataCorrupted(.init(codingPath: [], debugDescription: shape))
    }
}

extension DecodingError {
    var context: Context? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: nil
        }
    }
}
