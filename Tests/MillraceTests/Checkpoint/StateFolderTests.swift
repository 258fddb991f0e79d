import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState

/// What a start does with a folder that does not fit, is in use, or is damaged.
@Suite struct StateFolderTests {
    static func pipeline(
        _ name: String = "p", operatorName: String? = "counts", filtered: Bool = false, wide: Bool = false,
        records: Int = 200
    ) -> Pipeline {
        Pipeline(name) { graph in
            let steps = (0..<records).flatMap {
                [ScriptedSource<Int>.Step.record($0 % 50), .silence(.milliseconds(1))]
            }
            var stream = graph.source(ScriptedSource([steps]))
            if filtered { stream = stream.filter { _ in true } }
            let keyed = stream.keyed { $0 }
            if wide {
                let counts = keyed.fold(into: "") { text, _ in text += "x" }
                (operatorName.map { counts.named($0) } ?? counts).forEach { _ in }
            } else {
                let counts = keyed.fold(into: 0) { count, _ in count += 1 }
                (operatorName.map { counts.named($0) } ?? counts).forEach { _ in }
            }
        }
    }

    /// A folder with the state of `pipeline`, stopped half way.
    func folder(_ pipeline: Pipeline = pipeline()) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(10)))
            .run(pipeline, stoppingAt: .milliseconds(60))
        return folder
    }

    func error(_ pipeline: Pipeline, _ path: String, allowNonRestoredState: Set<String> = []) -> String {
        do {
            try PipelineTest(
                seed: 1,
                checkpoints: .init(
                    directory: path, every: .milliseconds(10), allowNonRestoredState: allowNonRestoredState)
            ).run(pipeline)
            return ""
        } catch {
            return "\(error)"
        }
    }

    func expect(_ text: String, names parts: String...) {
        for part in parts { #expect(text.contains(part), "'\(part)' is missing in: \(text)") }
    }

    @Test func anotherPipelinesFolderIsRefused() throws {
        let folder = try folder()
        expect(error(Self.pipeline("q"), folder.path), names: folder.path, "'p'", "'q'", "--fresh")
    }

    @Test func aChangedTypeIsRefused() throws {
        let folder = try folder()
        expect(error(Self.pipeline(wide: true), folder.path), names: "counts/value", "Int -> Int", "Int -> String")
    }

    @Test func aRenamedOperatorIsRefusedUnlessItsStateMayBeDropped() throws {
        let folder = try folder()
        let renamed = Self.pipeline(operatorName: "totals")
        expect(error(renamed, folder.path), names: "counts/value", ".named(\"counts\")", "--drop-state")
        #expect(error(renamed, folder.path, allowNonRestoredState: ["counts"]) == "")
    }

    @Test func anUnnamedOperatorFedDifferentlyIsRefused() throws {
        let folder = try folder(Self.pipeline(operatorName: nil))
        expect(error(Self.pipeline(operatorName: nil, filtered: true), folder.path), names: "fold-1", ".named")
        #expect(error(Self.pipeline(operatorName: nil), folder.path) == "")
        let named = try self.folder()
        #expect(error(Self.pipeline(filtered: true), named.path) == "")
    }

    @Test func aFolderInUseIsRefused() throws {
        let folder = try TemporaryFolder()
        let holder = try StateFolder(path: folder.path, fresh: false)
        expect(error(Self.pipeline(), folder.path), names: folder.path, "in use by process \(getpid())")
        withExtendedLifetime(holder) {}
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        let folder = try TemporaryFolder()
        try "x".write(toFile: folder.file("plain"), atomically: true, encoding: .utf8)
        expect(error(Self.pipeline(), folder.file("plain/state")), names: "plain/state", "cannot be created")
    }

    @Test func anotherFormatIsRefused() throws {
        let folder = try folder()
        try "millrace state 99\n".write(toFile: folder.file("FORMAT"), atomically: true, encoding: .utf8)
        expect(error(Self.pipeline(), folder.path), names: "FORMAT", "99", "--fresh")
    }

    @Test func aLostOrEmptiedFileIsNotTakenForANewOne() throws {
        let folder = try folder()
        try FileManager.default.removeItem(atPath: folder.file("data.mdb"))
        expect(error(Self.pipeline(), folder.path), names: "data.mdb", "damaged")
    }

    /// Cut short at any length, the file ends in an error that names it, or (if nothing was cut that counts) in a run.
    @Test func aFileCutShortIsNamed() throws {
        for share in [1, 3, 5, 7] {
            let folder = try folder()
            let path = folder.file("data.mdb")
            let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
            truncate(path, off_t(size * share / 8 / 4096 * 4096))
            let text = error(Self.pipeline(), folder.path)
            if text.isEmpty {
                // Only pages that no longer count were cut off: the result has to be the right one.
                var sum = 0
                try StateInspection(directory: folder.path).forEach(of: "counts", key: Int.self, value: Int.self) {
                    sum += $1
                }
                #expect(sum == 200, "cut to \(share)/8")
            } else {
                #expect(text.contains("data.mdb") && text.contains("damaged"), "cut to \(share)/8: \(text)")
            }
        }
    }

    /// A flipped byte in a journal entry is found by its checksum.
    @Test func aFlippedByteInTheJournalIsNamed() throws {
        let folder = try folder()
        let path = folder.file("data.mdb")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let magic = Data([0x4d, 0x52, 0x44, 0x31])
        var found = 0
        var start = bytes.startIndex
        while let range = bytes.range(of: magic, in: start..<bytes.endIndex) {
            bytes[range.lowerBound + 90] ^= 0x40
            found += 1
            start = range.upperBound
        }
        #expect(found > 0)
        try bytes.write(to: URL(fileURLWithPath: path))
        expect(error(Self.pipeline(), folder.path), names: "data.mdb", "damaged", "checksum")
    }

    /// No room: the checkpoint fails, is tried again, and fails for good; what was stored before is still there.
    @Test func aFullStoreLosesNothingThatWasStored() throws {
        let folder = try TemporaryFolder()
        let pipeline = Self.pipeline(wide: true, records: 1500)
        var options = CheckpointOptions(directory: folder.path, every: .milliseconds(10))
        options.maximumSize = 256 << 10
        options.foldAfter = .max
        let error = #expect(throws: PipelineError.self) {
            var test = PipelineTest(seed: 1, checkpoints: options)
            test.options.restart = .fixedDelay(attempts: 2, delay: .seconds(5))
            try test.run(pipeline)
        }
        expect(
            "\(try #require(error))", names: "could not be stored in 3 attempts", "data.mdb", "no room", "maximumSize")
        #expect(try StateInspection(directory: folder.path).checkpoint > .none)
        options.maximumSize = 1 << 30
        try PipelineTest(seed: 1, checkpoints: options).run(pipeline)
        var lengths: Set<Int> = []
        try StateInspection(directory: folder.path).forEach(of: "counts", key: Int.self, value: String.self) {
            lengths.insert($1.count)
        }
        #expect(lengths == [30])
    }
}
