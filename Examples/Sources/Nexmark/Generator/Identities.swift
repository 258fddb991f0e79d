/// Who and what is there when an event happens: of every fifty events the first is a person, the next three are auctions,
/// the rest bids, and ids are counted accordingly.
///
/// Numbers and proportions are those of the published benchmark (github.com/nexmark/nexmark, GeneratorConfig).
struct Identities {
    static let people = 1
    static let auctions = 3
    static let bids = 46
    static let round = people + auctions + bids
    static let firstPerson = 1000
    static let firstAuction = 1000
    static let firstCategory = 10
    static let categories = 5
    static let activePeople = 1000
    static let openAuctions = 100
    /// How far ahead of those that exist an id may be asked for.
    static let lead = 10

    let lastPerson: Int
    let lastAuction: Int

    init(event: UInt64) {
        let (round, place) = event.quotientAndRemainder(dividingBy: UInt64(Self.round))
        let (rounds, offset) = (Int(round), Int(place))
        lastPerson = rounds * Self.people + min(offset, Self.people - 1)
        if offset < Self.people {
            lastAuction = (rounds - 1) * Self.auctions + Self.auctions - 1
        } else {
            lastAuction = rounds * Self.auctions + min(offset - Self.people, Self.auctions - 1)
        }
    }

    /// One of the people that are active, or will come soon.
    func anyPerson(_ random: inout EventRandom) -> Int {
        let people = lastPerson + 1
        let active = min(people, Self.activePeople)
        return people - active + random.below(active + Self.lead)
    }

    /// One of the open auctions, or of those that will come soon.
    func anyAuction(_ random: inout EventRandom) -> Int {
        let least = max(lastAuction - Self.openAuctions, 0)
        return least + random.below(lastAuction - least + 1 + Self.lead)
    }

    /// Three of four bids come from the person with the last round number and one.
    func bidder(_ random: inout EventRandom) -> Int {
        Self.firstPerson + (random.below(4) > 0 ? lastPerson / 100 * 100 + 1 : anyPerson(&random))
    }

    /// Three of four auctions are of the seller with the last round number.
    func seller(_ random: inout EventRandom) -> Int {
        Self.firstPerson + (random.below(4) > 0 ? lastPerson / 100 * 100 : anyPerson(&random))
    }

    /// Every other bid is for the auction with the last round number.
    func auctionBidFor(_ random: inout EventRandom) -> Int {
        Self.firstAuction + (random.below(2) > 0 ? lastAuction / 100 * 100 : anyAuction(&random))
    }
}
