import MillraceJSON
import Testing

/// Errors say where a text stops being JSON, and what was expected there.
@Suite struct MalformedTests {
    private func reason(_ text: String) -> String {
        do {
            _ = try JSONRecordDecoder().decode(AnyJSON.self, from: text)
            return "none"
        } catch DecodingError.dataCorrupted(let context) {
            return context.debugDescription
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("", "Expected a value, found nothing at byte 0."),
        ("{\"a\":1,}", "Expected a name in quotes, found '}' at byte 7."),
        ("{\"a\" 1}", "Expected ':', found '1' at byte 5."),
        ("[1 2]", "Expected ',' or ']', found '2' at byte 3."),
        ("[1", "Expected ',' or ']', found the end at byte 2."),
        ("{} x", "Expected nothing after the value, found 'x' at byte 3."),
        ("[01]", "Expected no digit after a leading zero, found '1' at byte 2."),
        ("[1.]", "Expected a digit, found ']' at byte 3."),
        ("[tru]", "Expected true at byte 1."),
        ("[\"a]", "Expected '\"' at the end of a string, found the end, in the string at byte 1."),
        ("[\"\\q\"]", "Expected an escape that JSON knows, found 'q' at byte 3."),
        ("[\"\\ud800\"]", "Expected a pair of surrogates, found half of one at byte 2."),
        ("[\"\t\"]", "Expected an escape for a control character in a string, found the byte 0x9 at byte 2."),
    ])
    func placeAndReason(text: String, expected: String) { #expect(reason(text) == expected) }

    @Test func depthIsLimited() {
        #expect(reason(String(repeating: "[", count: 600)) == "Nested more than 512 levels deep at byte 512.")
    }

    /// Foundation lets these pass; the module's documentation says so.
    @Test(arguments: [
        #"{"b":01,"a":1}"#, #"{"b":"\q","a":1}"#, #"{"a":1,}"#, #"{"b":"\ud800","a":1}"#, #"{"b":1-1,"a":1}"#,
    ])
    func faultsInMembersThatNobodyAsksFor(text: String) {
        #expect(throws: DecodingError.self) { try JSONRecordDecoder().decode(Box<Int>.self, from: text) }
    }

    /// Foundation refuses these, though they are JSON.
    @Test(arguments: ["0e5", "0E5", "[0e5]"])
    func zerosWithAnExponent(text: String) throws {
        let value = try JSONRecordDecoder().decode(AnyJSON.self, from: text)
        #expect(value == .number(0) || value == .array([.number(0)]))
    }

    @Test func aDecoderKeptBeyondItsRecordSaysSo() throws {
        struct Keeper: Decodable {
            let decoder: any Decoder
            init(from decoder: any Decoder) { self.decoder = decoder }
        }
        let decoder = try JSONRecordDecoder()
        let kept = try decoder.decode(Keeper.self, from: "[1,2,3]")
        _ = try decoder.decode(Int.self, from: "1")
        #expect(throws: DecodingError.self) { try [Int](from: kept.decoder) }
    }

    @Test func aDecoderGoesOnAfterAnError() throws {
        let decoder = try JSONRecordDecoder()
        #expect(throws: DecodingError.self) { try decoder.decode(Box<Int>.self, from: "{\"a\":1e999}") }
        #expect(throws: DecodingError.self) { try decoder.decode(Box<Int>.self, from: "{\"a\"") }
        #expect(try decoder.decode(Box<Int>.self, from: "{\"a\":0}") == Box(a: 0))
    }
}
