import Foundation
import Testing

/// Three instances work on a real data set, one is killed: in each of the three ways the job ends as it should.
@Suite(.serialized, .timeLimit(.minutes(20))) struct DatasetImportTests {
    /// January alone: reading the whole year takes longer than importing some of it.
    let january: TemporaryFolder

    init() throws {
        january = try TemporaryFolder()
        let data = ProgramRun.root.appending(path: "Examples/Data/flights/2013-01.csv")
        try FileManager.default.copyItem(atPath: data.path, toPath: january.file("2013-01.csv"))
    }

    @Test(arguments: ["batch-table", "await-and-poll", "single-loop"])
    func everyFlightIsThereOnceAndTheJobIsCompleted(way: String) throws {
        let (status, text) = try run("DatasetImport", ["--way", way, "--limit", "4000", "--delay", "60"] + small)
        #expect(status == 0, "\(text)")
        #expect(text.contains("instance-1 is killed"), "\(text)")
        #expect(text.contains(": completed"), "\(text)")
        #expect(text.contains("4000 of 4000 flights, each once"), "\(text)")
    }

    @Test(arguments: ["batch-table", "await-and-poll", "single-loop"])
    func aPoisonedFlightFailsTheJobAndIsNamed(way: String) throws {
        let (status, text) = try run(
            "DatasetImport", ["--way", way, "--limit", "2000", "--delay", "60", "--poison", "555"] + small)
        #expect(status == 0, "\(text)")
        #expect(text.contains(": failed; "), "\(text)")
        #expect(text.contains("NOT NULL constraint failed: demo_"), "\(text)")
        #expect(text.contains("_flights.distance"), "\(text)")
        switch way {
        case "await-and-poll":
            #expect(text.contains("1999 of 2000 flights, each once"), "\(text)")
        default:
            #expect(text.contains("batch 5 failed: "), "\(text)")
            #expect(text.contains("100 missing: "), "\(text)")
            #expect(text.contains("1900 of 2000 flights, each once"), "\(text)")
        }
        // Resumed for what is missing, with the flight mended.
        if way == "batch-table" { #expect(text.contains("(attempt 2): completed"), "\(text)") }
    }

    /// Nobody is killed: the verdict follows the last batch within a second. A machine that has other things to do gets three
    /// tries: it is to be driven by the last batch, not by a clock.
    @Test func theVerdictFollowsTheLastBatchWithinASecond() throws {
        var times: [Double] = []
        while times.count < 3, times.last.map({ $0 > 1 }) ?? true {
            let (status, text) = try run(
                "DatasetImport", ["--way", "batch-table", "--limit", "3000", "--delay", "30", "--no-kill"] + small)
            #expect(status == 0, "\(text)")
            let line = try #require(text.split(separator: "\n").first { $0.contains("after the last flight") })
            times.append(try #require(line.split(separator: " ").compactMap { Double($0) }.first))
        }
        #expect(try #require(times.min()) <= 1.0, "\(times)")
    }

    @Test func batchesAreAsFastAsTheirTimesAllow() throws {
        let (status, text) = try run(
            "BulkInsert", ["--messages", "100", "--sizes", "1", "10", "--concurrency", "2", "--rounds", "1"])
        #expect(status == 0, "\(text)")
        let lines = text.split(separator: "\n").dropFirst(2).map { $0.split(separator: " ").compactMap { Int($0) } }
        #expect(lines.map(\.count) == [3, 3], "\(text)")
    }

    private var small: [String] { ["--input", january.path, "--size", "100"] }

    private func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
        let run = try ProgramRun(program, arguments)
        return (run.status, run.text)
    }
}
