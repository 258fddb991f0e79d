import Foundation
import MillraceLMDB
import MillraceTesting
import Testing

/// The look over the pages at opening: nothing sound is refused, and nothing damaged reaches LMDB.
@Suite struct PageCheckTests {
    static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "lmdb-pages-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    static func contents(_ environment: Environment, _ name: String) throws -> [[UInt8]: Int] {
        let reader = try environment.makeReader()
        try reader.begin()
        defer { reader.end() }
        var found: [[UInt8]: Int] = [:]
        let cursor = try reader.cursor(environment.database(name))
        var entry = try cursor.first()
        while let (key, value) = entry {
            found[Array(key)] = value.reduce(value.count) { $0 &* 31 &+ Int($1) }
            entry = try cursor.next()
        }
        return found
    }

    /// Small values, large ones, many keys, mass removals: after each commit the file opens and holds what was put.
    @Test(arguments: TestSeeds.some(6))
    func aSoundFileOpens(seed: UInt64) throws {
        let path = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var random = Numbers(state: seed)
        let names = ["a", "b"]
        var model: [String: [[UInt8]: Int]] = ["a": [:], "b": [:]]
        let largest = [40, 3600, 20_000][Int(seed % 3)]
        for round in 0..<8 {
            let environment = try Environment(path: path, databases: names)
            for name in names {
                #expect(try Self.contents(environment, name) == model[name], "seed \(seed), round \(round)")
            }
            for _ in 0..<3 {
                let database = environment.database(names.randomElement(using: &random) ?? "a")
                let removes = Int.random(in: 0..<4, using: &random) == 0
                var changed = model[database.name] ?? [:]
                try environment.write { transaction in
                    if removes {
                        for key in changed.keys where Int.random(in: 0..<10, using: &random) > 0 {
                            _ = try key.withUnsafeBytes { try transaction.delete($0, in: database) }
                            changed[key] = nil
                        }
                    }
                    for _ in 0..<(largest > 10_000 ? 60 : 400) {
                        let number = UInt32.random(in: 0..<3000, using: &random).bigEndian
                        let key = withUnsafeBytes(of: number) { Array($0) + $0 + $0 }
                        let fill = UInt8.random(in: 0...255, using: &random)
                        let value = [UInt8](repeating: fill, count: Int.random(in: 0...largest, using: &random))
                        try key.withUnsafeBytes { key in
                            try value.withUnsafeBytes { try transaction.put(key, $0, in: database) }
                        }
                        changed[key] = value.reduce(value.count) { $0 &* 31 &+ Int($1) }
                    }
                }
                model[database.name] = changed
            }
        }
    }

    /// Every page of a file in turn is damaged in several ways: opening and reading it end in an error that says so, or
    /// in what can be read.
    @Test func damageIsNotLetThrough() throws {
        let path = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let environment = try Environment(path: path, databases: ["a"])
            for round in 0..<4 as Range<UInt8> {
                try environment.write { transaction in
                    for number in 0..<300 as Range<UInt32> {
                        let value = [UInt8](repeating: round, count: number % 50 == 0 ? 9000 : 200)
                        try withUnsafeBytes(of: number.bigEndian) { key in
                            try value.withUnsafeBytes {
                                try transaction.put(key, $0, in: environment.database("a"))
                            }
                        }
                    }
                }
            }
        }
        let file = URL(fileURLWithPath: path + "/data.mdb")
        let sound = try Data(contentsOf: file)
        var random = Numbers(state: 1)
        var refused = 0
        for page in 0..<sound.count / 4096 {
            for way in 0..<4 {
                var bytes = sound
                let start = page * 4096
                switch way {
                case 0: bytes.resetBytes(in: start..<start + 4096)
                case 1: for byte in start..<start + 4096 { bytes[byte] = UInt8.random(in: 0...255, using: &random) }
                case 2: bytes[start + Int.random(in: 0..<64, using: &random)] ^= 1 << UInt8(page % 8)
                default: bytes[start + Int.random(in: 0..<4096, using: &random)] ^= 0xff
                }
                try bytes.write(to: file)
                do {
                    let environment = try Environment(path: path, databases: ["a"])
                    _ = try Self.contents(environment, "a")
                    try environment.write { transaction in
                        try [UInt8(1)].withUnsafeBytes { try transaction.put($0, $0, in: environment.database("a")) }
                    }
                } catch let error as LMDBError {
                    #expect(error.isDamaged, "page \(page), way \(way): \(error)")
                    refused += 1
                }
            }
        }
        #expect(refused > sound.count / 4096 / 2)
    }

    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 31)
        }
    }
}
