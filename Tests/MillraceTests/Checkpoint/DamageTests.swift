import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Damage to every file of a crashed run: the next start gives the right output, or refuses by name. Never another output,
/// no end, or a trap.
@Suite struct DamageTests {
    static let records = 6000

    func pipeline(_ folder: String) -> Pipeline {
        Pipeline("damage") { graph in
            let numbers = [Int](0..<Self.records)
            let stream = graph.source(
                .memory([numbers, numbers]), name: "records",
                eventTime: { (number: Int) in Timestamp(milliseconds: Int64(number)) }, watermarks: .monotonic(),
                recordsPerSecond: 10_000)
            let sums = stream.keyed { (number: Int) -> String in "key-\(number % 1500)" }
                .window(.tumbling(of: .milliseconds(500))).fold(into: 0) { (sum: inout Int, number: Int) in
                    sum += number
                }
                .named("sums").map { "\($0.key) \($0.window.start.milliseconds) \($0.value)" }
            let counts = sums.keyed { (line: String) -> String in String(line.prefix(6)) }
                .fold(into: 0) { (count: inout Int, _: String) in count += 1 }.named("counts")
            counts.map { "\($0.key) \($0.value)" }.sink(.lines(directory: "\(folder)/out"))
        }
    }

    func test(_ folder: String) -> PipelineTest {
        PipelineTest(seed: 5, checkpoints: .init(directory: "\(folder)/state", every: .milliseconds(20)))
    }

    /// All published lines.
    func output(_ folder: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").filter {
            $0.hasPrefix("part-")
        }
        return try names.flatMap {
            try String(contentsOfFile: "\(folder)/out/\($0)", encoding: .utf8).split(separator: "\n").map(String.init)
        }.sorted()
    }

    static let pageSize = 4096

    enum Mutation: CaseIterable {
        case byte, bytes, zeroPage, randomPage, oldPage, oldPages, swappedPages, copiedPage, cut, empty, grown
    }

    func mutate(
        _ data: inout [UInt8], _ mutation: Mutation, old: [[UInt8]], using random: inout SeededRandom
    ) {
        let pages = max(1, data.count / Self.pageSize)
        func range(_ page: Int) -> Range<Int> {
            page * Self.pageSize..<min(data.count, (page + 1) * Self.pageSize)
        }
        let page = range(Int.random(in: 0..<pages, using: &random))
        switch mutation {
        case .byte, .bytes:
            for _ in 0..<(mutation == .byte ? 1 : 20) where !data.isEmpty {
                data[Int.random(in: 0..<data.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
        case .zeroPage: for index in page { data[index] = 0 }
        case .randomPage: for index in page { data[index] = UInt8.random(in: 0...255, using: &random) }
        case .oldPage, .oldPages:
            guard let before = old.randomElement(using: &random) else { return }
            for _ in 0..<(mutation == .oldPage ? 1 : 5) {
                let page = range(Int.random(in: 0..<pages, using: &random))
                if page.upperBound <= before.count { data.replaceSubrange(page, with: before[page]) }
            }
        case .swappedPages, .copiedPage:
            let other = range(Int.random(in: 0..<pages, using: &random))
            guard page.count == other.count else { return }
            let (first, second) = (Array(data[page]), Array(data[other]))
            data.replaceSubrange(page, with: second)
            if mutation == .swappedPages { data.replaceSubrange(other, with: first) }
        case .cut: data.removeLast(Int.random(in: 0...data.count, using: &random))
        case .empty: data = []
        case .grown: data += (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
    }

    @Test(.timeLimit(.minutes(30))) func everyFileDamaged() throws {
        let seeds = TestSeeds.some(400)
        let (rounds, seed) = (seeds.count, seeds.lowerBound)
        let folder = try TemporaryFolder()
        // What is right.
        try test(folder.file("whole")).run(pipeline(folder.file("whole")), parallelism: 2)
        let right = try output(folder.file("whole"))
        #expect(right.count > 5000)
        // A run that was killed again and again, with what its file held each time.
        let base = folder.file("base")
        var old: [[UInt8]] = []
        for number in [3, 6, 9, 12, 15] as [UInt64] {
            let checkpoint = CheckpointNumber(number)
            let crashed = try test(base).runUntilCrash(
                pipeline(base), parallelism: 2, at: number == 15 ? .committed(checkpoint) : .published(checkpoint))
            #expect(crashed)
            old.append([UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(base)/state/data.mdb"))))
        }
        old.removeLast()
        let hidden = try FileManager.default.contentsOfDirectory(atPath: "\(base)/out").filter {
            $0.hasPrefix(".part")
        }
        #expect(!hidden.isEmpty)
        let files = ["state/data.mdb", "state/FORMAT"] + hidden.map { "out/\($0)" }
        var counts: [String: [Int]] = [:]
        for round in 0..<rounds {
            var random = SeededRandom(seed: seed &* 1_000_003 &+ UInt64(round))
            let file = round % 5 == 0 ? files[1 + round / 5 % (files.count - 1)] : files[0]
            let mutation = Mutation.allCases[round / 2 % Mutation.allCases.count]
            let place = folder.file("round")
            try? FileManager.default.removeItem(atPath: place)
            try FileManager.default.copyItem(atPath: base, toPath: place)
            let url = URL(fileURLWithPath: "\(place)/\(file)")
            var data = [UInt8](try Data(contentsOf: url))
            mutate(&data, mutation, old: file == files[0] ? old : [], using: &random)
            try Data(data).write(to: url)
            var outcome = 0
            do {
                try test(place).run(pipeline(place), parallelism: 2)
                let found = try output(place)
                if found != right {
                    outcome = 2
                    Issue.record("seed \(seed), round \(round), \(mutation) of \(file): \(found.count) lines")
                }
            } catch let error as any CustomStringConvertible & Error {
                outcome = 1
                #expect(
                    error.description.contains(place), "seed \(seed), round \(round), \(mutation) of \(file): \(error)")
            }
            let name = "\(file.hasPrefix("out") ? "part file" : file) \(mutation)"
            counts[name, default: [0, 0, 0]][outcome] += 1
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("damage: \(name): \(count[0]) right, \(count[1]) refused, \(count[2]) wrong")
        }
    }
}
