import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Foundation's types as fields of state and of CSV.
@Suite struct FoundationFieldTests {
    struct Payment: SchemaRecord, StateValue, Codable, Equatable {
        var id: UUID
        var amount: Decimal
        var at: Date
        var refund: Decimal?

        static func schema(_ record: inout some FieldVisitor<Payment>) throws -> Payment {
            try Payment(
                id: record.field("id", \.id), amount: record.field("amount", \.amount),
                at: record.field("at", \.at), refund: record.field("refund", \.refund))
        }
    }

    @Test func stateKeepsThem() throws {
        let payment = Payment(
            id: UUID(), amount: try #require(Decimal(string: "123456789012345678901234567890.12")),
            at: Date(timeIntervalSinceReferenceDate: 700_000_000.123456), refund: -1.5)
        var writer = ByteWriter()
        payment.encode(into: &writer)
        let again = try writer.bytes().withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try Payment.decode(from: &reader)
        }
        #expect(again == payment)
        #expect(Payment.stateSchema.contains("at:Date"))
    }

    @Test func rowsOfCSVAreReadAsThroughCodable() throws {
        let folder = try TemporaryFolder()
        let id = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"
        let rows = [
            "\(id),12.50,2013-01-01T05:00:00Z,NA", "\(id),-7,2013-01-01T05:00:00.250Z,\"0.5\"",
            "E621,1,2013-01-01T05:00:00Z,", "\(id),1,soon,", "\(id),one,2013-01-01T05:00:00Z,",
            "\(id),12.5.0,2013-01-01T05:00:00Z,", "\(id),1-2,2013-01-01T05:00:00Z,",
            "\(id),1e,2013-01-01T05:00:00Z,", "\(id),.,2013-01-01T05:00:00Z,", "\(id),1e999,2013-01-01T05:00:00Z,",
        ]
        try ("id,amount,at,refund\n" + rows.joined(separator: "\n")).write(
            toFile: folder.file("a.csv"), atomically: true, encoding: .utf8)
        let parts = try RecordsOfFiles.readAll(
            CSVSchemaFiles<Payment>(.file(folder.file("a.csv")), format: CSVSchemaFormat()))
        let found = parts.flatMap(\.records)
        #expect(found.count == rows.count)
        #expect(found[0].contains("amount: 12.5,") && found[0].contains("2013-01-01 05:00:00"))
        #expect(found[1].contains("amount: -7,") && found[1].contains("refund: Optional(0.5)"))
        #expect(found[2...].allSatisfy { $0.hasPrefix("malformed") })
    }
}
