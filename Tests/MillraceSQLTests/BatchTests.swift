import Foundation
import MillraceSQL
import MillraceTesting
import Synchronization
import Testing

@testable import Millrace
@testable import MillraceFiles

/// Batches into real databases: one row in a hundred that the table does not take, and a database that goes away midway.
@Suite(.serialized) struct DatabaseBatchTests {
    @Test(arguments: DatabaseKind.allCases, Acknowledgement.allCases)
    func badRowsStandAloneAndAnOutageIsSatOut(_ kind: DatabaseKind, _ acknowledgement: Acknowledgement) async throws {
        let isWhole = acknowledgement == .allOrNothing
        let folder = try TemporaryFolder()
        let (database, outage) = try Outage.make(kind, in: folder)
        // Every row that is written is a row of the table: what is written twice is there twice.
        try database.run("CREATE TABLE numbers (n BIGINT NOT NULL CHECK (n % 100 <> 57))")
        let log = CapturedLog()
        let (begins, noticed) = (Switch(), Switch())
        let away: Duration =
            ProcessInfo.processInfo.environment["MILLRACE_SOAK"] == nil ? .milliseconds(1500) : .seconds(10)
        let pipeline = Pipeline("numbers") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Int>.self)
            graph.source(.memory([Array(0..<1000)]), recordsPerSecond: 5000)
                .batches(
                    of: 20, within: .milliseconds(50), concurrency: 1, onError: .deadLetter(to: dead),
                    options: .init(acknowledgement: acknowledgement)
                ) { batch in
                    if batch.contains(500), begins.flip() {
                        outage.begin()
                        Thread.detachNewThread {
                            // However slow the machine is: it is not over before somebody has noticed.
                            let limit = ContinuousClock.now + .seconds(60)
                            Thread.sleep(forTimeInterval: away / .seconds(1))
                            while !noticed.isFlipped, ContinuousClock.now < limit {
                                Thread.sleep(forTimeInterval: 0.02)
                            }
                            outage.end()
                        }
                    }
                    do {
                        try await database.insert(into: "numbers", columns: ["n"], rows: batch.map { [.init($0)] })
                    } catch let error as SQLError where error.isTransient {
                        _ = noticed.flip()
                        throw error
                    }
                    return .succeeded
                }
                .forEach { _ in }
            dead.stream.sink(.jsonLines(directory: folder.file("dead")))
        }
        var options = RunOptions(checkpoints: .init(directory: folder.file("state"), every: .milliseconds(100)))
        options.logger = log.logger
        let status = try await pipeline.run(options)
        #expect(status.restarts == 0)
        let isBad: (Int) -> Bool = { number in
            isWhole ? (number / 20 * 20..<number / 20 * 20 + 20).contains { $0 % 100 == 57 } : number % 100 == 57
        }
        let expected = (0..<1000).filter { !isBad($0) }.map { "\($0)" }.sorted()
        if isWhole {
            // Where a batch begins is for the clock to say too: whole batches are given up, whatever they are.
            let there = try database.rows(of: "numbers")
            #expect(Set(there).count == there.count && there.count == 1000 - Int(status.deadLettered))
            #expect((10...200).contains(status.deadLettered))
        } else {
            #expect(try database.rows(of: "numbers") == expected)
            #expect(status.deadLettered == 10)
        }
        let letters = try Self.letters(in: folder.file("dead"))
        #expect(letters.count == Int(status.deadLettered) && Set(letters.map(\.record)).count == letters.count)
        #expect(letters.filter { $0.record % 100 == 57 }.count == 10)
        #expect(
            letters.allSatisfy { $0.operatorID == "batches-1" && $0.partition == "0" && $0.givenUpAt > .distantPast })
        #expect(log.lines.contains { $0.contains("go through again") }, "\(log.lines)")
        // Said once, or not at all where a batch with a bad row has just failed and is not through yet.
        #expect(noticed.isFlipped && (0...6).contains(Self.outages(log).count), "\(log.lines)")
    }

    /// What was said of batches that failed for another reason than a bad row.
    static func outages(_ log: CapturedLog) -> [String] {
        log.lines.filter { $0.contains("a batch failed: ") && !$0.contains("CHECK") && !$0.contains("check") }
    }

    static func letters(in directory: String) throws -> [DeadLetter<Int>] {
        let decoder = JSONDecoder()
        return try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("part-") }.sorted()
            .flatMap { name in
                try String(contentsOfFile: directory + "/" + name, encoding: .utf8).split(separator: "\n").map {
                    try decoder.decode(DeadLetter<Int>.self, from: Data($0.utf8))
                }
            }
    }
}
