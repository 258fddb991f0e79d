import Millrace
import MillraceFiles

/// Makes the events of the published benchmark: the same kinds in the same proportions, the same distributions of ids,
/// prices and times. Event `n` is always the same.
struct EventGenerator: Sendable {
    /// When event 0 happens.
    let start: Timestamp
    /// Events a second, by their own times.
    let rate: Int
    let seed: UInt64

    func time(_ event: UInt64) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + Int64(event * 1000 / UInt64(rate)))
    }

    func event(_ number: UInt64) -> Event {
        var random = EventRandom(event: number, seed: seed)
        let place = Int(number % UInt64(Identities.round))
        if place < Identities.people { return .person(person(number, &random)) }
        if place < Identities.people + Identities.auctions { return .auction(auction(number, &random)) }
        return .bid(bid(number, &random))
    }

    private static let firstNames = [
        "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter",
    ]
    private static let lastNames = [
        "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris",
    ]
    private static let cities = [
        "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent",
        "Cheyenne",
    ]
    private static let states = ["AZ", "CA", "ID", "OR", "WA", "WY"]

    private func person(_ number: UInt64, _ random: inout EventRandom) -> Person {
        func pick(_ names: [String]) -> String { names[random.below(names.count)] }
        let name = pick(Self.firstNames) + " " + pick(Self.lastNames)
        let email = random.text(7) + "@" + random.text(5) + ".com"
        let card = (0..<4).map { _ in String(10000 + random.below(10000)).dropFirst() }.joined(separator: " ")
        let (city, state) = (pick(Self.cities), pick(Self.states))
        let size = 8 + name.utf8.count + email.utf8.count + card.utf8.count + city.utf8.count + state.utf8.count
        return Person(
            id: Identities.firstPerson + Identities(event: number).lastPerson, name: name, emailAddress: email,
            creditCard: card, city: city, state: state, dateTime: time(number), extra: random.filling(size, to: 200))
    }

    private func auction(_ number: UInt64, _ random: inout EventRandom) -> Auction {
        let identities = Identities(event: number)
        let seller = identities.seller(&random)
        let category = Identities.firstCategory + random.below(Identities.categories)
        let initialBid = random.price()
        let now = time(number)
        let expires = now.advanced(by: .milliseconds(length(number, &random)))
        let (name, description) = (random.text(20), random.text(100))
        let reserve = initialBid + random.price()
        let size = 8 + name.utf8.count + description.utf8.count + 8 + 8 + 8 + 8 + 8
        return Auction(
            id: Identities.firstAuction + identities.lastAuction, itemName: name, description: description,
            initialBid: initialBid, reserve: reserve, dateTime: now, expires: expires, seller: seller,
            category: category, extra: random.filling(size, to: 500))
    }

    /// Milliseconds that an auction lasts: on average as long as it takes for the auctions that may be open at once.
    private func length(_ number: UInt64, _ random: inout EventRandom) -> Int64 {
        let events = UInt64(Identities.openAuctions * Identities.round / Identities.auctions)
        let horizon = time(number + events).milliseconds - time(number).milliseconds
        return 1 + Int64(random.below(max(Int(horizon) * 2, 1)))
    }

    private func bid(_ number: UInt64, _ random: inout EventRandom) -> Bid {
        let identities = Identities(event: number)
        let auction = identities.auctionBidFor(&random)
        let bidder = identities.bidder(&random)
        let price = random.price()
        let (channel, url) = Channels.next(&random, seed: seed)
        let size = 8 + 8 + 8 + 8
        return Bid(
            auction: auction, bidder: bidder, price: price, channel: channel, url: url, dateTime: time(number),
            extra: random.filling(size, to: 100))
    }
}
