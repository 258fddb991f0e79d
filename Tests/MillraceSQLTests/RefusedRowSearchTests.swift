import Testing

@testable import MillracePostgres

/// The search for the first row that is refused, without a database.
@Suite struct RefusedRowSearchTests {
    @Test(arguments: 1...20) func itIsTheFirst(count: Int) {
        for first in 0..<count {
            for last in first..<count {
                var search = RefusedRowSearch(count: count)
                var written = 0
                while let part = search.next {
                    #expect(part.lowerBound == search.taken && !part.isEmpty)
                    written += part.count
                    search.note(isTaken: !part.contains(first) && !part.contains(last))
                }
                #expect(search.taken == first)
                // Each half once.
                #expect(written < 2 * count)
            }
        }
    }

    /// Rows that are refused together, and each by itself is not: it comes to an end.
    @Test func nobodysFault() {
        var search = RefusedRowSearch(count: 8)
        while search.next != nil { search.note(isTaken: true) }
        #expect(search.taken == 7)
    }
}
