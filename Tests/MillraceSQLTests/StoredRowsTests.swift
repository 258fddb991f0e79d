import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceState
@testable import MillraceSQL

/// The form in which rows wait in a state folder.
@Suite struct StoredRowsTests {
    static let rows: [[SQLValue]] = [
        [nil, 1, -1.5, "text", .blob([0, 255])], [.integer(.min), .integer(.max), .real(-0.0), "", .blob([])],
        [true, "\u{1F980}\n\t\\\"'", .real(.infinity), "a\0b", nil],
    ]
    static let columns = ["a", "b", "c", "d", "e"]

    func epoch() -> [UInt8] {
        let buffer = RowBuffer()
        for row in Self.rows { buffer.append(row) }
        return TableEpoch.encoded(
            run: SinkRun(pipeline: "shop", operatorID: "orders", folder: "f"), columns: Self.columns, rows: buffer)
    }

    @Test func whatIsStoredIsRead() throws {
        let read = try TableEpoch(decoding: epoch())
        #expect([read.pipeline, read.sink, read.folder] == ["shop", "orders", "f"])
        #expect(read.rows.columns == Self.columns)
        var rows: [[SQLValue]] = []
        try read.rows.forEach { _, row in rows.append(row) }
        #expect(rows == Self.rows)
    }

    @Test func damagedBytesThrow() throws {
        let bytes = epoch()
        for length in 0..<bytes.count {
            #expect(throws: StateDecodingError.self, "cut at \(length)") {
                try TableEpoch(decoding: Array(bytes[..<length])).rows.forEach { _, _ in }
            }
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                try? TableEpoch(decoding: damaged).rows.forEach { _, _ in }  // must not trap
            }
        }
        #expect(throws: StateDecodingError.self) { try TableEpoch(decoding: bytes + [0]).rows.forEach { _, _ in } }
    }

    @Test func valuesOfSwift() {
        #expect(SQLValue(7) == 7)
        #expect(SQLValue(UInt32.max) == .integer(4_294_967_295))
        #expect(SQLValue(true) == 1)
        #expect(SQLValue(Int?.none) == nil)
        #expect(SQLValue(String?("a")) == "a")
        #expect(SQLValue(Timestamp(milliseconds: 5)) == 5)
        #expect(SQLValue([1, 2] as [UInt8]) == .blob([1, 2]))
        #expect(SQLValue.integer(0).bool == false)
        #expect(SQLValue.real(2).int == nil)
        #expect(SQLValue.integer(2).double == 2)
    }
}
