import Foundation
import MillraceRecords
import Testing

@testable import MillraceJSON

/// Fields of Foundation's types, beside the same record through `Codable`.
@Suite struct SchemaFoundationTests {
    struct Payment: SchemaRecord, Codable, Equatable {
        var id: UUID
        var amount: Decimal
        var at: Date
        var refund: Decimal?
        var parts: [Decimal]

        static func schema(_ record: inout some FieldVisitor<Payment>) throws -> Payment {
            try Payment(
                id: record.field("id", \.id), amount: record.field("amount", \.amount),
                at: record.field("at", \.at), refund: record.field("refund", \.refund),
                parts: record.field("parts", \.parts))
        }
    }

    static let id = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"

    static let amounts = [
        "12.50", "0", "-0.1", "123456789012345678901234567890.12", "1e3", "99999999999999999999", "\"1\"", "null", "1.",
        "true", "12.5.0",
    ]
    static let times = ["0", "700000000.125", "-5", "1e9", "\"2013-01-01T05:00:00Z\"", "\"soon\"", "null"]

    @Test(arguments: [
        JSONDecodingOptions.DateStrategy.deferredToDate, .secondsSince1970, .millisecondsSince1970, .iso8601,
    ])
    func textsAreReadAsThroughCodable(dates: JSONDecodingOptions.DateStrategy) throws {
        let options = JSONDecodingOptions(dates: dates)
        let (schema, codable) = (try JSONSchemaDecoder(options: options), try JSONRecordDecoder(options: options))
        var read = 0
        for id in ["\"\(Self.id)\"", "\"\(Self.id.lowercased())\"", "\"E621\"", "7"] {
            for amount in Self.amounts {
                for time in Self.times {
                    let text =
                        #"{"id":\#(id),"amount":\#(amount),"at":\#(time),"refund":\#(amount),"parts":[1,\#(amount)]}"#
                    let expected = try? codable.decode(Payment.self, from: text)
                    let found = try? schema.decode(Payment.self, from: text)
                    #expect(found == expected, "\(text)")
                    read += found == nil ? 0 : 1
                }
            }
        }
        #expect(read > 10)
    }

    @Test func theEncoderWritesWhatCodableDoes() throws {
        let payment = Payment(
            id: try #require(UUID(uuidString: Self.id)),
            amount: try #require(Decimal(string: "123456789012345678901234567890.12")),
            at: Date(timeIntervalSinceReferenceDate: 700_000_000.125), refund: nil, parts: [1, -2.5])
        let text = try JSONSchemaEncoder().encode(payment)
        #expect(
            String(decoding: text, as: UTF8.self)
                == String(decoding: try JSONRecordEncoder().encode(payment), as: UTF8.self))
        #expect(try JSONSchemaDecoder().decode(Payment.self, from: String(decoding: text, as: UTF8.self)) == payment)
        var nan = payment
        nan.amount = .nan
        #expect(throws: EncodingError.self) { try JSONSchemaEncoder().encode(nan) }
    }

    @Test func whatIsWrongIsSaid() throws {
        let text = #"{"id":"E621","amount":1,"at":0,"parts":[]}"#
        let error = #expect(throws: DecodingError.self) { try JSONSchemaDecoder().decode(Payment.self, from: text) }
        #expect(error.map { "\($0)" }?.contains("expected a UUID, found E621") == true)
    }
}
