import PostgresTestServer

extension PostgresTestServer {
    /// The one that most tests share.
    static let shared = Result { try PostgresTestServer() }
}
