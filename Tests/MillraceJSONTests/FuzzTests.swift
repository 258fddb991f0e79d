import Foundation
import MillraceJSON
import Testing

/// Random documents and damaged ones, decoded by both decoders.
@Suite struct FuzzTests {
    static let rounds = 3000

    @Test func randomDocuments() throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("MillraceJSON fuzz seed: \(seed)")
        var json = RandomJSON(random: SeededGenerator(state: seed))
        let decoder = try JSONRecordDecoder()
        for round in 0..<Self.rounds {
            let document = json.document()
            let bytes = round % 3 == 0 ? Array(document.utf8) : json.mutate(document)
            compare(bytes, decoder, seed)
        }
    }

    private func compare(_ bytes: [UInt8], _ decoder: JSONRecordDecoder, _ seed: UInt64) {
        compare(Sample.self, bytes, decoder, seed)
        compare(Bid.self, bytes, decoder, seed)
        compare(AnyJSON.self, bytes, decoder, seed)
        compare([String: AnyJSON].self, bytes, decoder, seed)
        compare(String?.self, bytes, decoder, seed)
    }

    private func compare<T: Codable & Equatable>(
        _ type: T.Type, _ bytes: [UInt8], _ decoder: JSONRecordDecoder, _ seed: UInt64
    ) {
        let ours = outcome { try decoder.decode(type, from: bytes) }
        let theirs = outcome { try JSONDecoder().decode(type, from: Data(bytes)) }
        let text = String(decoding: bytes, as: UTF8.self)
        switch (ours, theirs) {
        case (.value(let one), .value(let other)):
            #expect(one == other, "\(type), seed \(seed): \(text)")
            expectEncodes(one, text)
        case (.failure, .failure): break
        case (.value, .failure(let reason)):
            #expect(hasZeroWithExponent(text), "\(type), seed \(seed): only Foundation refuses (\(reason)): \(text)")
        case (.failure(let reason), .value):
            // Foundation does not look at what nobody asks for; what is no JSON at all is ours to refuse.
            #expect(!isJSON(bytes, text), "\(type), seed \(seed): Foundation accepts, we say \(reason): \(text)")
        }
    }

    /// Foundation refuses `0e5`, which is JSON for zero.
    private func hasZeroWithExponent(_ text: String) -> Bool { text.contains(/(^|[^0-9.])0[eE]/) }

    /// Whether Foundation's strict parser accepts it as UTF-8. A zero near the beginning makes it think of UTF-16, and
    /// it passes over a comma before a closing bracket, which may stand in a string here, but seldom does.
    private func isJSON(_ bytes: [UInt8], _ text: String) -> Bool {
        !bytes.prefix(4).contains(0) && !text.contains(/,\s*[}\]]/)
            && (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    private func expectEncodes<T: Codable & Equatable>(_ value: T, _ text: String) {
        do {
            let bytes = try JSONRecordEncoder().encode(value)
            #expect(try JSONDecoder().decode(T.self, from: Data(bytes)) == value, "\(text)")
        } catch {
            Issue.record("\(error): \(text)")
        }
    }
}
