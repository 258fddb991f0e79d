import Millrace

/// The streams that queries read, each opened when a query first asks for it.
final class EventStreams {
    private let openPersons: () -> Stream<Person>
    private let openAuctions: () -> Stream<Auction>
    private let openBids: () -> Stream<Bid>
    /// Where the side table of q13 is; `nil`: every number's own text.
    let sideInput: String?

    private(set) lazy var persons = openPersons()
    private(set) lazy var auctions = openAuctions()
    private(set) lazy var bids = openBids()

    /// Streams of their own, read from a folder's three files.
    init(_ graph: Graph, folder: String, disorder: Duration, sideInput: String?, rowsPerSecond: Double?) {
        let watermarks = WatermarkStrategy.boundedOutOfOrder(by: disorder)
        openPersons = {
            graph.source(
                .jsonLinesFile(at: folder + "/persons.jsonl", decoding: Person.self), name: "persons",
                eventTime: { $0.dateTime }, watermarks: watermarks, recordsPerSecond: rowsPerSecond)
        }
        openAuctions = {
            graph.source(
                .jsonLinesFile(at: folder + "/auctions.jsonl", decoding: Auction.self), name: "auctions",
                eventTime: { $0.dateTime }, watermarks: watermarks, recordsPerSecond: rowsPerSecond)
        }
        openBids = {
            graph.source(
                .jsonLinesFile(at: folder + "/bids.jsonl", decoding: Bid.self), name: "bids",
                eventTime: { $0.dateTime }, watermarks: watermarks, recordsPerSecond: rowsPerSecond)
        }
        self.sideInput = sideInput
    }

    /// Parts of one stream of events, made as they are read.
    init(_ graph: Graph, generator: EventGenerator, events: UInt64, partitions: Int) {
        let parts = UInt64(partitions)
        let each = events / parts
        let all = graph.source(
            GeneratorSource(partitions: partitions, count: each) { partition, index in
                generator.event(index * parts + UInt64(partition))
            }, name: "events", eventTime: { $0.time }, watermarks: .monotonic())
        openPersons = { all.compactMap { if case .person(let person) = $0 { person } else { nil } } }
        openAuctions = { all.compactMap { if case .auction(let auction) = $0 { auction } else { nil } } }
        openBids = { all.compactMap { if case .bid(let bid) = $0 { bid } else { nil } } }
        sideInput = nil
    }
}
