import Millrace

// q8, new users: who registered and offered an auction within the same 10 seconds?
// A join over tumbling windows; each person is told once a window.

enum Q8: NexmarkQuery {
    struct Row: Encodable, Sendable, Hashable {
        let id: Int
        let name: String
        let stime: RowTime
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        let names = streams.persons.map { Keyed(key: $0.id, value: $0.name) }
        results.write(
            names.joined(with: streams.auctions.map(\.seller), on: \.key, equals: { $0 }).keyed
                .window(.tumbling(of: .seconds(10)))
                .aggregate(NewSeller())
                .flatMap { result in
                    result.value.map { Row(id: result.key, name: $0, stime: RowTime(result.window.start)) }
                })
    }

    /// The names of a person that came in the window, if auctions came too.
    struct NewSeller: Aggregate {
        struct Seen: StateValue {
            var names: [String] = []
            var hasAuction = false

            static var stateSchema: String { "NewSeller/1" }
            func encode(into writer: inout ByteWriter) {
                names.encode(into: &writer)
                hasAuction.encode(into: &writer)
            }
            static func decode(from reader: inout ByteReader) throws -> Seen {
                let names = try [String].decode(from: &reader)
                return Seen(names: names, hasAuction: try Bool.decode(from: &reader))
            }
        }

        func create() -> Seen { Seen() }
        func add(_ input: Either<Keyed<Int, String>, Int>, to seen: inout Seen) {
            switch input {
            case .left(let person): if !seen.names.contains(person.value) { seen.names.append(person.value) }
            case .right: seen.hasAuction = true
            }
        }
        func merge(_ other: Seen, into seen: inout Seen) {
            for name in other.names where !seen.names.contains(name) { seen.names.append(name) }
            seen.hasAuction = seen.hasAuction || other.hasAuction
        }
        func result(_ seen: Seen) -> [String] { seen.hasAuction ? seen.names : [] }
    }
}
