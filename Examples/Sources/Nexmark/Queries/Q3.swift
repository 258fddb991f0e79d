import Millrace

// q3, local item suggestion: who sells in category 10 and lives in Oregon, Idaho or California, and which auctions are theirs?
// An incremental join of two streams, with filters before it.

enum Q3: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let name: String
        let city: String
        let state: String
        let id: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        let sellers = streams.persons.filter { ["OR", "ID", "CA"].contains($0.state) }
        results.write(
            streams.auctions.filter { $0.category == 10 }.map { Keyed(key: $0.seller, value: $0.id) }
                .joined(with: sellers, on: \.key, equals: \.id)
                .regularJoin()
                .map { pair in
                    let seller = pair.right
                    return Row(name: seller.name, city: seller.city, state: seller.state, id: pair.left.value)
                })
    }
}
