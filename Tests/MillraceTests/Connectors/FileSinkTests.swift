import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState
@testable import MillraceFiles

/// The file sink's side of the commit protocol, a crash before and after each step.
@Suite struct FileSinkTests {
    let folder: TemporaryFolder
    let sink: FileSink<String>

    init() throws {
        folder = try TemporaryFolder()
        sink = .lines(directory: folder.file("out"))
        try sink.recover([], start: .new)
    }

    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted() }

    /// Writes a line and prepares it.
    func prepare(_ line: String, _ checkpoint: UInt64) throws -> PendingOutput {
        var writer = try sink.open(SinkContext(task: 3))
        try writer.write(line, at: .distantPast)
        let description = try #require(try writer.prepare(CheckpointNumber(checkpoint)))
        return PendingOutput(checkpoint: CheckpointNumber(checkpoint), task: 3, description: description)
    }

    @Test func whatIsNotPreparedIsRemoved() throws {
        var writer = try sink.open(SinkContext(task: 0))
        try writer.write("lost", at: .distantPast)
        #expect(try files().count == 1)
        try sink.recover([], start: .resumed(CheckpointNumber(1)))
        #expect(try files().isEmpty)
    }

    @Test func whatIsPreparedAndNotStoredIsRemoved() throws {
        let output = try prepare("lost", 2)
        try sink.makeDurable(output)
        try sink.recover([], start: .resumed(CheckpointNumber(1)))
        #expect(try files().isEmpty)
    }

    @Test func whatIsStoredIsPublishedOnceHoweverOften() throws {
        let output = try prepare("kept", 2)
        try sink.makeDurable(output)
        for _ in 0..<3 { try sink.recover([output], start: .resumed(CheckpointNumber(2))) }
        try sink.publish(output)
        #expect(try files() == ["part-00003-00000002.txt"])
        #expect(try String(contentsOfFile: folder.file("out/part-00003-00000002.txt"), encoding: .utf8) == "kept\n")
    }

    @Test func outputThatWasLostOrChangedIsNoticed() throws {
        let output = try prepare("kept", 2)
        try sink.publish(output)
        try "something else".write(
            toFile: folder.file("out/part-00003-00000002.txt"), atomically: true, encoding: .utf8)
        #expect(throws: SinkError.self) { try sink.publish(output) }
        try FileManager.default.removeItem(atPath: folder.file("out/part-00003-00000002.txt"))
        #expect(throws: SinkError.self) { try sink.publish(output) }
    }

    @Test func earlierOutputIsNotMixedWithNew() throws {
        try sink.publish(try prepare("old", 5))
        #expect(throws: SinkError.self) { try sink.recover([], start: .new) }
        #expect(throws: SinkError.self) { try sink.recover([], start: .resumed(CheckpointNumber(4))) }
        try sink.recover([], start: .resumed(CheckpointNumber(5)))
        #expect(try files().count == 1)
        try "mine".write(toFile: folder.file("out/notes.txt"), atomically: true, encoding: .utf8)
        try sink.recover([], start: .fresh)
        #expect(try files() == ["notes.txt"])
    }

    @Test func anEpochWithoutRecordsLeavesNothing() throws {
        var writer = try sink.open(SinkContext(task: 0))
        #expect(try writer.prepare(CheckpointNumber(1)) == nil)
        #expect(try files().isEmpty)
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() throws {
        try "x".write(toFile: folder.file("plain"), atomically: true, encoding: .utf8)
        let blocked = FileSink<String>.lines(directory: folder.file("plain/out"))
        let error = #expect(throws: SinkError.self) { try blocked.recover([], start: .new) }
        #expect(error?.description.contains("plain/out") == true)
    }
}
