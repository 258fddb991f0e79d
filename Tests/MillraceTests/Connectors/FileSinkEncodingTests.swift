import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState
@testable import MillraceFiles

/// What the file sink writes: headers, quotes, and nothing of a record that does not encode.
@Suite struct FileSinkEncodingTests {
    struct Refused: Error {}

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func published<S: Sink>(_ sink: S, _ body: (inout S.Writer) throws -> Void) throws -> [String] {
        try sink.recover([], start: .new)
        var writer = try sink.open(SinkContext(task: 0))
        try body(&writer)
        if let description = try writer.prepare(CheckpointNumber(1)) {
            let output = PendingOutput(checkpoint: CheckpointNumber(1), task: 0, description: description)
            try sink.makeDurable(output)
            try sink.publish(output)
        }
        return try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted().map {
            try String(contentsOfFile: folder.file("out/" + $0), encoding: .utf8)
        }
    }

    /// The first record of a file, and one in the middle, do not encode: header and neighbours stay whole.
    @Test func aRecordThatDoesNotEncodeLeavesNothingBehind() throws {
        let sink = FileSink<Int>(
            directory: folder.file("out"), fileExtension: "txt", kind: "numbers", header: Array("number\n".utf8)
        ) { number, bytes in
            bytes.append(contentsOf: "\(number)".utf8)
            if number < 0 { throw Refused() }
            bytes.append(UInt8(ascii: "\n"))
        }
        let texts = try published(sink) { writer in
            for number in [-1, 7, -2, 8] {
                if number < 0 {
                    #expect(throws: Refused.self) { try writer.write(number, at: .distantPast) }
                } else {
                    try writer.write(number, at: .distantPast)
                }
            }
        }
        #expect(texts == ["number\n7\n8\n"])
    }

    @Test func noFileComesOfNoRecord() throws {
        let sink = FileSink<Int>(
            directory: folder.file("out"), fileExtension: "txt", kind: "numbers", header: Array("number\n".utf8)
        ) { _, _ in throw Refused() }
        let texts = try published(sink) { writer in
            #expect(throws: Refused.self) { try writer.write(1, at: .distantPast) }
        }
        #expect(texts.isEmpty)
    }

    @Test func csvQuotesWhatNeedsIt() throws {
        let sink = FileSink<String>.csv(
            directory: folder.file("out"), columns: [.column("a,b") { $0 }, .column("n") { "\($0.count)" }])
        let texts = try published(sink) { writer in
            for text in ["plain", "with, comma", "with \"quotes\"", "two\nlines", ""] {
                try writer.write(text, at: .distantPast)
            }
        }
        #expect(
            texts == [
                "\"a,b\",n\nplain,5\n\"with, comma\",11\n\"with \"\"quotes\"\"\",13\n\"two\nlines\",9\n,0\n"
            ])
    }

    /// Far more than the writer's buffer.
    @Test func muchIsWrittenInOrder() throws {
        let lines = (0..<30_000).map { "line \($0)" }
        let texts = try published(FileSink<String>.lines(directory: folder.file("out"))) { writer in
            for line in lines { try writer.write(line, at: .distantPast) }
        }
        #expect(texts == [lines.joined(separator: "\n") + "\n"])
    }

    /// Two tasks and several epochs have files of their own.
    @Test func tasksAndEpochsDoNotMeet() throws {
        let sink = FileSink<String>.lines(directory: folder.file("out"))
        try sink.recover([], start: .new)
        for epoch in 1...3 as ClosedRange<UInt64> {
            for task in 0..<2 {
                var writer = try sink.open(SinkContext(task: task))
                try writer.write("\(task) \(epoch)", at: .distantPast)
                let description = try #require(try writer.prepare(CheckpointNumber(epoch)))
                try sink.publish(
                    PendingOutput(checkpoint: CheckpointNumber(epoch), task: task, description: description))
            }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
        #expect(names.count == 6)
        #expect(names.contains("part-00001-00000003.txt"))
    }
}
