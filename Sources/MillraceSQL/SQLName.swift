/// Names of tables and columns as SQL wants them.
public enum SQLName {
    /// A column's name in quotes, so that any letters may stand in it: `"order"`.
    public static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A table's name in quotes; what stands before a point is its schema: `"shop"."orders"`.
    public static func quotedTable(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).map { quoted(String($0)) }.joined(separator: ".")
    }

    /// Columns, quoted, with commas between.
    public static func list(_ columns: [String]) -> String { columns.map(quoted).joined(separator: ", ") }
}
