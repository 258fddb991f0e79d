struct DepartureReader: SourceReader {
    typealias Record = Departure
    let feed: DepartureFeed
    let terminal: String
    var position: Int

    mutating func read(
        limit: ReadLimit, into collector: inout some RecordCollector<Departure>
    ) throws -> ReadOutcome { elided() }
}
struct Collected<Record>: RecordCollector {
    mutating func record(_ record: Record, bytes: Int) {}
    mutating func malformed(_ input: MalformedInput) {}
}
var reader: DepartureReader = elided()
var collected = Collected<Departure>()
let (terminal, position) = ("A", 0)
let context: SourceContext = elided()
