/// Five fields, a text among them.
struct Bid: Codable {
    let auction: Int
    let bidder: Int
    let price: Int
    let ts: Int
    let channel: String

    static let json = #"{"auction":123,"bidder":45,"price":678,"ts":1700000000123,"channel":"channel-7"}"#
}

/// Four whole numbers.
struct FourIntegers: Codable {
    let auction: Int
    let bidder: Int
    let price: Int
    let ts: Int

    static let json = #"{"auction":123,"bidder":45,"price":678,"ts":1700000000123}"#
}

/// What a record adds to the checksum, so that no run can be fast by being wrong.
protocol Checked { var check: Int { get } }

extension Bid: Checked { var check: Int { auction + bidder + price + ts + channel.utf8.count } }

extension FourIntegers: Checked { var check: Int { auction + bidder + price + ts } }
