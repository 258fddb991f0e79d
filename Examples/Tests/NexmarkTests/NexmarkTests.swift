import Foundation
import Testing

/// Every query against the rows of an independent reference (Tests/NexmarkReference), run straight, and killed and taken up
/// again with another parallelism; and over the benchmark's own events, where both have to give the same.
@Suite(.serialized) struct NexmarkTests {
    static let queries = (0...22).map { "q\($0)" }

    static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "nexmark-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    func expectRows(_ path: String, _ expectedPath: String, _ what: String) throws {
        let (found, expected) = (try NexmarkProgram.rows(path), try NexmarkProgram.rows(expectedPath))
        let extra = found.filter { !Set(expected).contains($0) }.prefix(3)
        let missing = expected.filter { !Set(found).contains($0) }.prefix(3)
        #expect(
            found == expected,
            "\(what): \(found.count) rows, expected \(expected.count); too many: \(Array(extra)), missing: \(Array(missing))"
        )
    }

    @Test(arguments: queries)
    func equalsTheReference(query: String) throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let out = folder + "/rows.jsonl"
        for (parallelism, disorder) in [(1, "2.5"), (3, "3600")] {
            let code = try NexmarkProgram.run([
                "run", query, "--input", NexmarkProgram.reference + "/events", "--out", out, "--disorder", disorder,
                "--parallelism", "\(parallelism)",
            ])
            #expect(code == 0)
            try expectRows(
                out, NexmarkProgram.reference + "/expected/\(query).jsonl", "\(query), \(parallelism) tasks")
        }
    }

    /// Killed after some checkpoints, then after some more, each time taken up with another parallelism.
    @Test(arguments: queries)
    func aKilledRunEndsInTheSameRows(query: String) throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let out = folder + "/rows.jsonl"
        var random = SystemRandomNumberGenerator()
        for (parallelism, rate) in [(2, 900.0), (3, 900.0), (1, nil as Double?)] {
            let process = try NexmarkProgram.start(
                [
                    "run", query, "--input", NexmarkProgram.reference + "/events", "--out", out, "--disorder", "2.5",
                    "--parallelism", "\(parallelism)", "--checkpoint-every", "0.03",
                ] + (rate.map { ["--rows-per-second", "\($0)"] } ?? []))
            if rate != nil {
                usleep(UInt32.random(in: 200_000...350_000, using: &random))
                kill(process.processIdentifier, SIGKILL)
            }
            process.waitUntilExit()
            if rate == nil { #expect(process.terminationStatus == 0) }
        }
        try expectRows(out, NexmarkProgram.reference + "/expected/\(query).jsonl", "\(query), killed twice")
    }

    @Test func generatesTheBenchmarksProportions() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for times in ["iso", "ms"] {
            let code = try NexmarkProgram.run([
                "generate", "--events", "5000", "--out", folder + "/" + times, "--times", times,
            ])
            #expect(code == 0)
        }
        func lines(_ name: String) throws -> [[String: Any]] {
            try String(contentsOfFile: folder + "/" + name, encoding: .utf8).split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }
        func columns(_ rows: [[String: Any]]) -> Set<String> { Set(rows.first.map { Array($0.keys) } ?? []) }
        let (persons, auctions, bids) = (
            try lines("iso/persons.jsonl"), try lines("iso/auctions.jsonl"), try lines("iso/bids.jsonl")
        )
        let counts: [Int] = [persons.count, auctions.count, bids.count]
        #expect(counts == [100, 300, 4600])
        #expect(
            columns(persons) == [
                "id", "name", "emailAddress", "creditCard", "city", "state", "dateTime", "extra",
            ])
        #expect(
            columns(auctions) == [
                "id", "itemName", "description", "initialBid", "reserve", "dateTime", "expires", "seller", "category",
                "extra",
            ])
        #expect(
            columns(bids) == [
                "auction", "bidder", "price", "channel", "url", "dateTime", "extra",
            ])
        // About half the bids are for the auctions with round numbers, three in four from hot bidders.
        let hot = bids.filter { ($0["auction"] as? Int ?? 0) % 100 == 0 }.count
        #expect((2100...2600).contains(hot))
        let bidders = bids.filter { ($0["bidder"] as? Int ?? 0) % 100 == 1 }.count
        #expect((3300...3700).contains(bidders))
        #expect(Set(auctions.compactMap { $0["category"] as? Int }) == [10, 11, 12, 13, 14])
        let times = try lines("ms/bids.jsonl").compactMap { $0["dateTime"] as? Int }
        #expect(times.count == 4600 && times.first == 1_735_689_600_000)
        // Both forms of times are read.
        for query in ["q5", "q9"] {
            for form in ["iso", "ms"] {
                let code = try NexmarkProgram.run([
                    "run", query, "--input", folder + "/" + form, "--out", folder + "/\(form)-\(query)",
                ])
                #expect(code == 0)
            }
            try expectRows(folder + "/ms-\(query)", folder + "/iso-\(query)", query)
        }
    }
}
