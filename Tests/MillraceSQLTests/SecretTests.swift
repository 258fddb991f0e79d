import MillracePostgres
import MillraceSQL
import MillraceLibPQ
import MillraceSecrets
import Testing

/// Passwords in connection strings appear in no message.
@Suite struct SecretTests {
    static let secret = "s3cr3t"

    static let texts = [
        "postgresql://app:\(secret)@db/shop", "postgres://app:\(secret)@db:x/shop",
        "postgresql://app:p@\(secret)@db/shop",
        "postgresql://app:\(secret)/x@db/shop", "postgresql://app:\(secret)@[::1/shop", "mysql://app:\(secret)@db/shop",
        "postgresql://app@db/shop?password=\(secret)", "postgresql://app@db/shop?sslmode=x&sslpassword=\(secret)&y",
        "host=db user=app password=\(secret)", "host=db password='\(secret) and more' user=app",
        "host=db password = '\(secret)", "host=db pasword=\(secret) passwd=\(secret)", "password=\(secret) nonsense",
        "postgresql://app:\(secret)%zz@db/shop", "postgresql://app@db/shop?pasword=\(secret)&sslmode=disable",
        "postgresql://app:\(secret)@db:port/shop",
    ]

    @Test(arguments: texts)
    func itIsNotShown(text: String) {
        let shown = ConnectionText.withoutSecrets(text)
        #expect(!shown.contains(Self.secret), "\(shown)")
        do {
            let database = try PostgresDatabase(text)
            #expect(!database.summary.contains(Self.secret))
            var dumped = ""
            dump(database, to: &dumped)
            #expect(!dumped.contains(Self.secret) && !String(reflecting: database).contains(Self.secret))
            do { try database.withSession(inTransaction: false) { _ = try $0.query("SELECT 1", []) } } catch {
                #expect(!"\(error)".contains(Self.secret), "\(error)")
            }
        } catch { #expect(!"\(error)".contains(Self.secret), "\(error)") }
    }

    @Test func whatIsNoSecretStays() {
        for text in ["postgresql://app@db/shop", "host=db user=app dbname=shop", "sqlite:shop.db"] {
            #expect(ConnectionText.withoutSecrets(text) == text)
        }
        #expect(ConnectionText.withoutSecrets("host=db password=x user=app") == "host=db user=app")
        #expect(
            ConnectionText.withoutSecrets("postgresql://app:x@db/shop?password=y&sslmode=disable&port=1")
                == "postgresql://app@db/shop?sslmode=disable&port=1")
    }
}
