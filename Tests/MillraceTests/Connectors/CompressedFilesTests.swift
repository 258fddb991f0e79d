#if Compression
    import Foundation
    import MillraceTesting
    import Testing

    @testable import Millrace
    @testable import MillraceFiles

    /// gzip and Zstandard files: the records of the decompressed file, and damage by name.
    @Suite struct CompressedFilesTests {
        typealias Row = RecordsOfFiles.Row

        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
        }

        func write(_ bytes: [UInt8], _ name: String) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: folder.file("in/\(name)")))
        }

        func records(_ source: CSVFiles<Row>) throws -> [String] {
            try RecordsOfFiles.readAll(source).flatMap(\.records)
        }

        func source(_ name: String) -> CSVFiles<Row> { .csvFile(at: folder.file("in/\(name)"), decoding: Row.self) }

        func lines(_ range: Range<Int>) -> [UInt8] { [UInt8](range.map { "\($0)\n" }.joined().utf8) }

        @Test(arguments: TestSeeds.some(6), CompressionFormat.allCases)
        func compressedRowsAreThoseOfThePlainFile(seed: UInt64, format: CompressionFormat) throws {
            var random = SeededRandom(seed: seed)
            let text = RecordsOfFiles.someCSV(rows: 60, using: &random)
            try write(text, "plain")
            let all = try records(source("plain"))
            let members = Int.random(in: 1...(text.count + 1), using: &random)
            var compressed = CompressedBytes.of(text, format, each: members)
            if format == .gzip, Bool.random(using: &random) { compressed += [UInt8](repeating: 0, count: 512) }
            // The name does not matter, the contents do.
            try write(compressed, "packed")
            var packed = source("packed")
            packed.readSize = Int.random(in: 1...200, using: &random)
            #expect(try records(packed) == all, "seed \(seed), members of \(members) bytes")
            let partition = try #require(packed.partitions().first)
            for count in 1...all.count {
                let first = try RecordsOfFiles.read(packed, partition, atMost: count)
                let rest = try RecordsOfFiles.read(packed, partition, from: RecordsOfFiles.stored(first.position))
                #expect(first.records + rest.records == all, "seed \(seed), restart after \(count)")
            }
        }

        /// More than the buffers hold.
        @Test(arguments: CompressionFormat.allCases)
        func largeFilesAreReadPieceByPiece(format: CompressionFormat) throws {
            let text = lines(0..<400_000)
            try write(CompressedBytes.of(text, format, each: 1_000_000), "a.txt.gz")
            let source = LineFiles.lines(in: folder.file("in"))
            let partition = try #require(source.partitions().first)
            let first = try RecordsOfFiles.read(source, partition, atMost: 300_000)
            let rest = try RecordsOfFiles.read(source, partition, from: RecordsOfFiles.stored(first.position))
            #expect(first.records + rest.records == (0..<400_000).map(String.init))
            #expect(try source.unread([PartitionStart(partition, first.position)]) == [partition])
            #expect(try source.unread([PartitionStart(partition, rest.position)]) == [])
        }

        @Test(arguments: CompressionFormat.allCases)
        func aTruncatedFileGivesItsRecordsAndThenAnError(format: CompressionFormat) throws {
            let whole = CompressedBytes.of(lines(0..<60_000), format, each: 20_000)
            let all = (0..<60_000).map(String.init)
            for cut in [5, 11, whole.count / 3, whole.count / 2, whole.count - 9, whole.count - 1] {
                try write(Array(whole[..<cut]), "a.txt")
                let source = LineFiles.lines(in: folder.file("in"))
                var reader = try source.open(#require(source.partitions().first), at: nil, context: SourceContext())
                var gatherer = RecordsOfFiles.Gatherer<String>()
                let error = #expect(throws: SourceError.self, "\(cut) of \(whole.count) bytes") {
                    while try reader.read(limit: ReadLimit(records: 100, bytes: 1 << 20), into: &gatherer) == .more {}
                }
                #expect(error?.description.contains("it ends in the middle") == true)
                #expect(error?.description.contains("a.txt is not a proper \(format.rawValue) file") == true)
                #expect(gatherer.found.elementsEqual(all.prefix(gatherer.found.count)))
                #expect(cut < 1000 || !gatherer.found.isEmpty)
            }
        }

        /// Whatever the bytes are: records of the beginning, or an error, and never an end.
        @Test(arguments: TestSeeds.some(60), CompressionFormat.allCases)
        func damageIsNoticed(seed: UInt64, format: CompressionFormat) throws {
            var random = SeededRandom(seed: seed)
            let text = lines(0..<Int.random(in: 1...3000, using: &random))
            var bytes = CompressedBytes.of(text, format, each: 4000)
            let place = Int.random(in: CompressionFormat.magicLength..<bytes.count, using: &random)
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            try write(bytes, "a.txt")
            let source = LineFiles.lines(in: folder.file("in"))
            var gatherer = RecordsOfFiles.Gatherer<String>()
            do {
                var reader = try source.open(#require(source.partitions().first), at: nil, context: SourceContext())
                while try reader.read(limit: ReadLimit(records: 100, bytes: 1 << 20), into: &gatherer) == .more {}
                // Some bytes of a header mean nothing for the contents.
                #expect(
                    gatherer.found.map { $0 + "\n" }.joined() == String(decoding: text, as: UTF8.self), "seed \(seed)")
            } catch let error as SourceError {
                #expect(error.description.contains("is not a proper \(format.rawValue) file"))
            }
        }

        @Test func aDirectoryHasPlainAndCompressedFiles() throws {
            try write([UInt8]("name,value\na,1\n".utf8), "a.csv")
            try write(CompressedBytes.of("name,value\nb,2\n".utf8, .gzip), "b.CSV.gz")
            try write(CompressedBytes.of("name,value\nc,3\n".utf8, .zstandard), "c.csv.zst")
            try write(CompressedBytes.of("name,value\nd,4\n".utf8, .gzip), "d.txt.gz")
            let source = CSVFiles<Row>.csvFiles(in: folder.file("in"), decoding: Row.self, splitSize: 10)
            #expect(
                try source.partitions().map(\.name)
                    == ["a.csv[0..<10]", "a.csv[10..<20]", "b.CSV.gz", "c.csv.zst"])
            #expect(try records(source).count == 3)
            let followed = CSVFiles<Row>.csvFiles(in: folder.file("in"), decoding: Row.self, tailing: true)
            #expect(try followed.partitions().map(\.name) == ["a.csv"])
            try write(CompressedBytes.of("name,value\na,1\n".utf8, .gzip), "a.csv.gz")
            let error = #expect(throws: SourceError.self) { try source.partitions() }
            #expect(error?.description.contains("has both a.csv and a.csv.gz") == true)
            let named = CSVFiles<Row>.csvFiles(in: folder.file("in"), decoding: Row.self, extensions: ["csv.gz"])
            #expect(try named.partitions().map(\.name) == ["a.csv.gz", "b.CSV.gz"])
        }

        @Test func bothCompressionsOfAFileAreRefused() throws {
            for format in CompressionFormat.allCases {
                try write(CompressedBytes.of("a\n".utf8, format), "a.txt" + format.ending)
            }
            let error = #expect(throws: SourceError.self) { try LineFiles.lines(in: folder.file("in")).partitions() }
            #expect(error?.description.contains("has both a.txt.gz and a.txt.zst") == true)
        }

        /// As parallel compressors write it: sizes of frames come first.
        @Test func aSkippableFrameMayComeFirst() throws {
            let frame: [UInt8] = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]
            try write(frame + CompressedBytes.of(lines(0..<10), .zstandard), "a.txt.zst")
            let records = try RecordsOfFiles.readAll(LineFiles.lines(in: folder.file("in"))).flatMap(\.records)
            #expect(records == (0..<10).map(String.init))
        }

        @Test(arguments: CompressionFormat.allCases)
        func anEmptyFileIsReadToItsEnd(format: CompressionFormat) throws {
            try write(CompressedBytes.of([UInt8](), format), "a.txt" + format.ending)
            let source = LineFiles.lines(in: folder.file("in"))
            let part = try #require(try RecordsOfFiles.readAll(source).first)
            #expect(part.records.isEmpty)
            let position = try RecordsOfFiles.stored(part.position)
            #expect(try source.unread([PartitionStart(part.partition, position)]) == [])
        }

        func runAvailable(_ output: TestOutput<String>) throws {
            let pipeline = Pipeline("lines") { graph in graph.source(.lines(in: folder.file("in"))).sink(output) }
            var test = PipelineTest(
                seed: 3, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(5)))
            test.options.endOfInput = .availableNow
            try test.run(pipeline)
        }

        @Test(arguments: CompressionFormat.allCases)
        func whatWasReadIsNotReadAgain(format: CompressionFormat) throws {
            let output = TestOutput<String>()
            let first = CompressedBytes.of(lines(0..<5000), format)
            let name = "a.txt" + format.ending
            try write(first, name)
            try runAvailable(output)
            try runAvailable(output)
            #expect(output.records.count == 5000)
            // Another member or frame: the file has grown.
            try write(first + CompressedBytes.of(lines(5000..<5010), format), name)
            try runAvailable(output)
            #expect(output.records.elementsEqual((0..<5010).map(String.init)))
            // Decompressed in its place, as gunzip does.
            try FileManager.default.removeItem(atPath: folder.file("in/\(name)"))
            try write(lines(0..<5010), "a.txt")
            let error = #expect(throws: (any Error).self) { try runAvailable(output) }
            #expect(error.map { "\($0)" }?.contains("a.txt") == true)
            #expect(output.records.count == 5010)
        }

        /// A log that a program writes compressed, member by member.
        @Test func aFollowedFileMayBeInTheMiddleOfAMember() throws {
            let bytes = CompressedBytes.of(lines(0..<2000), .gzip, each: 3000)
            try write(Array(bytes[..<1]), "a.txt")
            let source = LineFiles.linesFile(at: folder.file("in/a.txt"), tailing: true)
            var reader = try source.open(#require(source.partitions().first), at: nil, context: SourceContext())
            var gatherer = RecordsOfFiles.Gatherer<String>()
            for cut in [1, 2, 100, 1000, bytes.count / 2, bytes.count] {
                try write(Array(bytes[..<cut]), "more")
                let handle = try #require(FileHandle(forWritingAtPath: folder.file("in/a.txt")))
                try handle.seekToEnd()
                let size = Int(try handle.offset())
                try handle.write(contentsOf: Data(bytes[size..<max(size, cut)]))
                try handle.close()
                for _ in 0..<50 {
                    _ = try reader.read(limit: ReadLimit(records: 100, bytes: 1 << 20), into: &gatherer)
                }
            }
            #expect(gatherer.found.elementsEqual((0..<2000).map(String.init)))
        }
    }
#endif
