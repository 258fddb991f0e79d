import Millrace

/// What happens on the auction site.
enum Event: Sendable {
    case person(Person)
    case auction(Auction)
    case bid(Bid)

    var time: Timestamp {
        switch self {
        case .person(let person): person.dateTime
        case .auction(let auction): auction.dateTime
        case .bid(let bid): bid.dateTime
        }
    }
}
