/// Records a second that Foundation and Millrace decode and encode.
@main
enum JSONBenchmarks {
    static func main() throws {
        try Comparison<Bid>(name: "bid", json: Bid.json, records: 100_000).run()
        try Comparison<FourIntegers>(name: "four integers", json: FourIntegers.json, records: 100_000).run()
    }
}
