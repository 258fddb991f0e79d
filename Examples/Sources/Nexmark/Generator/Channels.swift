/// Where bids come from: every other one from one of four channels that all know, the rest from ten thousand others, each
/// of which has one url.
enum Channels {
    static let known = ["Google", "Facebook", "Baidu", "Apple"]
    static let others = 10_000

    static func next(_ random: inout EventRandom, seed: UInt64) -> (channel: String, url: String) {
        if random.below(2) > 0 {
            let index = random.below(known.count)
            return (known[index], url(of: others + index, seed: seed))
        }
        let number = random.below(others)
        return ("channel-\(number)", url(of: number, seed: seed))
    }

    /// The url of a channel; nine of ten of the lesser known say their channel's id in it.
    private static func url(of number: Int, seed: UInt64) -> String {
        var random = EventRandom(event: UInt64.max - UInt64(number), seed: seed)
        let parts = (0..<3).map { _ in random.text(5, special: UInt8(ascii: "_")) }.joined(separator: "/")
        let base = "https://www.nexmark.com/" + parts + "/item.htm?query=1"
        guard number < others, random.below(10) > 0 else { return base }
        let id = Int32(bitPattern: reversed(UInt32(number))).magnitude
        return base + "&channel_id=\(id)"
    }

    private static func reversed(_ number: UInt32) -> UInt32 {
        var (result, rest): (UInt32, UInt32) = (0, number)
        for _ in 0..<32 {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }
}
