import Foundation
import MillraceJSON
import Testing

/// What comes out is what Foundation's decoder makes of the same text.
@Suite struct DecodingTests {
    @Test(arguments: [
        "0", "-0", "1", "-1", "1.0", "-0.0", "1e3", "1.5", "12e-1", "10e-1", "127", "128", "255", "256", "-128", "-129",
        "65535", "4294967296", "9007199254740993", "9007199254740993.0", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "18446744073709551615.0", "12345678901234567890e-1", "1e400", "-1e400", "1e-400",
        "0e400", "0.1", "1e300", "5e-324", "2.2250738585072011e-308", "1e-310", "1.7976931348623157e308",
        "1.7976931348623159e308", "12345678901234567890123", "0.1e1", "3.4028235e38", "3.5e38", "1e-60",
        "16777217", "0.30000000000000004", "1.0000000000000000001", "7.038531e-26", "1.00000017881393432617187499",
        "null", "true", "\"1\"", "[]", "{}", "1 2", "01", "-", "1.", ".5", "+1", "1e", "NaN",
    ])
    func numbers(text: String) throws {
        try expectSame(Int.self, text)
        try expectSame(UInt.self, text)
        try expectSame(Int8.self, text)
        try expectSame(UInt8.self, text)
        try expectSame(Int16.self, text)
        try expectSame(UInt16.self, text)
        try expectSame(Int32.self, text)
        try expectSame(UInt32.self, text)
        try expectSame(Int64.self, text)
        try expectSame(UInt64.self, text)
        try expectSame(Double.self, text)
        try expectSame(Float.self, text)
        try expectSame(Decimal.self, text)
        try expectSame(Box<Double>.self, "{\"x\":[0],\"a\":\(text)}")
        try expectSame(Box<Int>.self, "{\"x\":[0],\"a\":\(text)}")
    }

    @Test func zerosKeepTheirSign() throws {
        let decoder = try JSONRecordDecoder()
        #expect(try decoder.decode(Double.self, from: "-0").sign == .minus)
        #expect(try decoder.decode(Double.self, from: "-0.0").sign == .minus)
        #expect(try decoder.decode(Double.self, from: "0").sign == .plus)
    }

    @Test(arguments: [
        #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u00e9\u20ac""#, #""\ud83d\ude00""#, #""😀é""#, #""\u0000""#,
        #""\ud83d""#,
        #""\ude00""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\x""#, #""\u12""#, #""\u12g4""#, "\"a\tb\"", "\"\u{7f}\"",
        "\"a", "a\"", "'a'", "1",
        "null",
    ])
    func strings(text: String) throws {
        try expectSame(String.self, text)
        try expectSame([String].self, "[\(text)]")
        try expectSame(String?.self, text)
    }

    @Test(arguments: [
        "", " ", "\n\t\r ", "{", "}", "[", "]", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "{} x", "{}}", "[1]]",
        "[1 2]",
        "{\"a\" 1}", "{1:2}", "tru", "truex", "nul", "nulll", "[1,,2]", "[,]", "{,}", "\u{feff}{\"a\":1}", "\u{a0}1",
        " {\"a\" : 1 } \n", "{\"a\":1}\0", "//x\n1",
    ])
    func structure(text: String) throws {
        try expectSame(Box<Int>.self, text)
        try expectSame(Bool.self, text)
        try expectSame([Int].self, text)
    }

    @Test func invalidUTF8() throws {
        for bytes in [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]] {
            let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            #expect(throws: DecodingError.self) { try JSONRecordDecoder().decode(String.self, from: text) }
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(String.self, from: Data(text)) }
        }
    }

    @Test func byteOrderMark() throws {
        let text: [UInt8] = [0xef, 0xbb, 0xbf] + Array("[1]".utf8)
        #expect(try JSONRecordDecoder().decode([Int].self, from: text) == [1])
        #expect(try JSONDecoder().decode([Int].self, from: Data(text)) == [1])
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"b":1}"#, #"{"a":null}"#, #"{"a":"x"}"#, #"{"a":true}"#, #"{"a":[]}"#, #"{"a":{}}"#,
        #"[1]"#,
        #"null"#, #"1"#, #"{"a":[1,null]}"#, #"{"a":[1,"x"]}"#, #"{"a":{"a":1}}"#, #"{"a":1.5}"#, #"{"a":300}"#,
        #"{"\u0061":5}"#,
        #"{"":1,"a":2}"#, #"{"a":"2026-01-31T12:00:00Z"}"#, #"{"a":"2026-01-31"}"#, #"{"a":"AQID"}"#, #"{"a":"?"}"#,
        #"{"a":"http://x/y"}"#, #"{"a":"http://x y"}"#, #"{"a":""}"#, #"{"a":"red"}"#, #"{"a":"blue"}"#,
        #"{"a":{"circle":{"radius":1}}}"#, #"{"a":{"square":{"_0":2}}}"#, #"{"a":{"none":{}}}"#,
        #"{"a":{"none":{},"none":{}}}"#, #"{"a":{"1":2,"3":4}}"#,
        #"{"a":{"x":2}}"#,
        #"{"a":{"x":1,"x":2}}"#, #"{"a":[{"id":1},{"id":256}]}"#, #"{"a":[1,2]}"#,
    ])
    func members(text: String) throws {
        for dates in [
            JSONDecodingOptions.DateStrategy.deferredToDate, .secondsSince1970, .millisecondsSince1970, .iso8601,
        ] {
            try expectSame(Box<Date>.self, text, options: JSONDecodingOptions(dates: dates))
        }
        try expectSame(Box<Int>.self, text)
        try expectSame(Box<Int?>.self, text)
        try expectSame(Box<String>.self, text)
        try expectSame(Box<Bool?>.self, text)
        try expectSame(Box<[Int]>.self, text)
        try expectSame(Box<[Int?]>.self, text)
        try expectSame(Box<[String: Int]>.self, text)
        try expectSame(Box<[Int: Int]>.self, text)
        try expectSame(Box<Box<Int>>.self, text)
        try expectSame(Box<[Part]>.self, text)
        try expectSame(Box<Data>.self, text)
        try expectSame(Box<URL>.self, text)
        try expectSame(Box<URL?>.self, text)
        try expectSame(Box<Decimal>.self, text)
        try expectSame(Box<Shape>.self, text)
        try expectSame(Box<Colour>.self, text)
        try expectSame(AnyJSON.self, text)
        try expectSame([String: AnyJSON].self, text)
    }

    /// On their own: which of two faulty members a dictionary meets first is a matter of chance in Foundation.
    @Test func twoCasesOfAnEnum() throws {
        try expectSame(Box<Shape>.self, #"{"a":{"none":{},"square":{"_0":2}}}"#)
    }

    @Test func subclasses() throws {
        try expectSame(Dog.self, #"{"age":3,"super":{"name":"Rex"}}"#)
        try expectSame(Dog.self, #"{"age":3}"#)
        try expectSame(Dog.self, #"{"age":3,"super":null}"#)
        try expectSame(Cat.self, #"{"name":"Tom","lives":9}"#)
    }

    @Test func namesBeyondASCIIAreEqualAsStringsAre() throws {
        struct Menu: Codable, Equatable { var café: Int }
        try expectSame(Menu.self, "{\"caf\u{e9}\":1}")
        try expectSame(Menu.self, "{\"cafe\u{301}\":1}")
    }

    @Test(arguments: [
        #"{"page_views":1,"user_iD":2}"#, #"{"pageViews":1}"#, #"{"_page_views":1}"#, #"{"page__views_":1}"#,
        #"{"page_views":1,"page_views":2,"by_country":{"new_zealand":3}}"#, #"{"page_views":"x"}"#,
        #"{"PAGE_VIEWS":1}"#,
    ])
    func snakeCase(text: String) throws {
        try expectSame(Page.self, text, options: JSONDecodingOptions(keys: .convertFromSnakeCase))
        try expectSame([Page].self, "[\(text)]", options: JSONDecodingOptions(keys: .convertFromSnakeCase))
    }

    @Test func depth() throws {
        for depth in [1, 511, 512, 513, 5000] {
            // Foundation's decoder traps at some of these, so it is not asked.
            #expect(throws: DecodingError.self) {
                try JSONRecordDecoder().decode(AnyJSON.self, from: String(repeating: "[", count: depth))
            }
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            struct Ignored: Decodable, Equatable { init(from decoder: any Decoder) {} }
            try expectSame(Ignored.self, text)
        }
    }

    @Test func manyMembers() throws {
        let text = "{" + (0..<5000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + ",\"a\":1,\"a\":2}"
        try expectSame([String: Int].self, text)
        try expectSame(Box<Int>.self, text)
        try expectSame(Box<String>.self, text)
    }

    @Test func oversizedNumbersMatterOnlyWhereTheyAreAskedFor() throws {
        let text = #"{"x":1e999,"y":123456789012345678901234567890,"a":0,"z":[-99999999999999999999]}"#
        try expectSame(Box<Int>.self, text)
        try expectSame(Box<Double>.self, text)
        struct Large: Codable, Equatable { var y: Double; var z: [Decimal]; var a: Int }
        try expectSame(Large.self, text)
        struct Infinite: Codable, Equatable { var x: Double }
        try expectSame(Infinite.self, text)
    }
}
