import Foundation
import Testing

/// The examples do what they say, as processes of their own.
@Suite(.serialized, .timeLimit(.minutes(20))) struct KafkaExampleTests {
    /// One of three workers is killed midway: its partitions go to the others, every job is done, none twice.
    @Test func everyJobIsDoneOnce() throws {
        let run = try ProgramRun("FanOut", ["--jobs", "900", "--workers", "3"])
        let (status, text) = (run.status, run.text)
        #expect(status == 0, "\(text)")
        #expect(text.contains("worker-1 is killed"))
        #expect(text.contains("every one of 900 jobs is done, 0 of them more than once"), "\(text)")
    }

    @Test func eachWayOfCommittingDoesWhatItSays() throws {
        let run = try ProgramRun("OffsetCommits", ["--measured", "300"])
        let (status, text) = (run.status, run.text)
        #expect(status == 0, "\(text)")
        func counts(_ name: String) -> (lost: Int, repeated: Int)? {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
            let words = line.dropFirst(name.count).split(separator: " ").compactMap { Int($0) }
            return words.count > 1 ? (words[0], words[1]) : nil
        }
        let atMostOnce = try #require(counts("at-most-once"))
        #expect(atMostOnce.lost > 0 && atMostOnce.repeated == 0)
        for name in ["periodic, 5 s", "per batch", "on checkpoint, 100 ms"] {
            let found = try #require(counts(name))
            // Seven or more, unless some of them were committed before: a first batch may be small.
            #expect(found.lost == 0 && found.repeated >= 1, "\(name): \(found)")
        }
        let perRecord = try #require(counts("per record"))
        #expect(perRecord == (0, 0))
    }
}
