import Millrace

// q21, add channel id: every bid with the id of its channel, known by name or found in the url; bids without one are left out.
// Functions on texts.

enum Q21: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let channel: String
        let channel_id: String
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.compactMap { bid -> Row? in
                guard let id = channelID(bid) else { return nil }
                return Row(
                    auction: bid.auction, bidder: bid.bidder, price: bid.price, channel: bid.channel, channel_id: id)
            })
    }

    private static func channelID(_ bid: Bid) -> String? {
        switch bid.channel.lowercased() {
        case "apple": "0"
        case "google": "1"
        case "facebook": "2"
        case "baidu": "3"
        default: parameter(of: bid.url)
        }
    }

    /// What follows `channel_id=`, at the beginning of the text or behind an `&`, up to the next `&`.
    static func parameter(of url: String) -> String? {
        let (bytes, name) = (Array(url.utf8), Array("channel_id=".utf8))
        guard bytes.count >= name.count else { return nil }
        for start in 0...(bytes.count - name.count)
        where (start == 0 || bytes[start - 1] == UInt8(ascii: "&"))
            && bytes[start..<start + name.count].elementsEqual(name)
        {
            return String(decoding: bytes[(start + name.count)...].prefix { $0 != UInt8(ascii: "&") }, as: UTF8.self)
        }
        return nil
    }
}
