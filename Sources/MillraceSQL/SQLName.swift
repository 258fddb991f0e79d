/// Quotes the names of tables and columns for SQL statements.
///
/// ```swift
/// let (columns, table) = (["id", "order"], "shop.orders")
/// let sql = "SELECT \(SQLName.list(columns)) FROM \(SQLName.quotedTable(table))"
/// // SELECT "id", "order" FROM "shop"."orders"
/// ```
public enum SQLName {
    /// Returns the name of a column in quotes, so that it may contain any characters: `"order"`.
    ///
    /// - Parameter name: The unquoted name.
    public static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Returns the name of a table in quotes. A part before a dot is its schema: `"shop"."orders"`.
    ///
    /// - Parameter name: The unquoted name, such as `shop.orders`.
    public static func quotedTable(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).map { quoted(String($0)) }.joined(separator: ".")
    }

    /// Returns the names of columns, quoted and separated by commas.
    ///
    /// - Parameter columns: The unquoted names.
    public static func list(_ columns: [String]) -> String { columns.map(quoted).joined(separator: ", ") }
}
