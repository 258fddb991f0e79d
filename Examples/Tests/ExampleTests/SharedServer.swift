import PostgresTestServer

extension PostgresTestServer {
    /// The one that the tests share.
    static let shared = Result { try PostgresTestServer() }
}
