import Foundation
import MillraceLMDB
import Testing

@Suite struct EnvironmentTests {
    private func temporaryFolder() throws -> String {
        let path = NSTemporaryDirectory() + "lmdb-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func bytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Array(text.utf8).withUnsafeBytes(body)
    }

    private func put(_ environment: Environment, _ key: String, _ value: String) throws {
        try environment.write { transaction in
            try bytes(key) { key in
                try bytes(value) { try transaction.put(key, $0, in: environment.database("a")) }
            }
        }
    }

    private func read(_ environment: Environment, _ key: String) throws -> String? {
        let reader = try environment.makeReader()
        try reader.begin()
        defer { reader.end() }
        return try bytes(key) { key in
            try reader.value(key, in: environment.database("a")).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func valuesOutliveTheEnvironment() throws {
        let path = try temporaryFolder()
        do {
            let environment = try Environment(path: path, databases: ["a"])
            try put(environment, "key", "value")
        }
        let again = try Environment(path: path, databases: ["a"])
        #expect(try read(again, "key") == "value")
        #expect(try read(again, "other") == nil)
    }

    @Test func aThrownErrorUndoesTheTransaction() throws {
        struct Stop: Error {}
        let environment = try Environment(path: temporaryFolder(), databases: ["a"])
        #expect(throws: Stop.self) {
            try environment.write { transaction in
                try bytes("key") { try transaction.put($0, $0, in: environment.database("a")) }
                throw Stop()
            }
        }
        #expect(try read(environment, "key") == nil)
    }

    @Test func theMapGrowsAsNeeded() throws {
        let environment = try Environment(path: temporaryFolder(), databases: ["a"], initialSize: 1 << 16)
        let large = String(repeating: "x", count: 3_000_000)
        try put(environment, "key", large)
        #expect(try read(environment, "key") == large)
    }

    @Test func theMapDoesNotGrowBeyondItsMaximum() throws {
        let environment = try Environment(
            path: temporaryFolder(), databases: ["a"], initialSize: 1 << 16, maximumSize: 1 << 20)
        try put(environment, "small", "kept")
        let error = #expect(throws: LMDBError.self) {
            try put(environment, "key", String(repeating: "x", count: 3_000_000))
        }
        #expect(error?.isMapFull == true)
        #expect(try read(environment, "small") == "kept")
    }

    @Test func aFileThatIsNotLMDBsIsRefused() throws {
        let path = try temporaryFolder()
        try Data(repeating: 7, count: 1 << 16).write(to: URL(fileURLWithPath: path + "/data.mdb"))
        let error = #expect(throws: LMDBError.self) { try Environment(path: path, databases: ["a"]) }
        #expect(error?.isDamaged == true)
        #expect(error?.description.contains(path) == true)
    }

    @Test func aReaderSeesOneCommitUntilItEnds() throws {
        let environment = try Environment(path: temporaryFolder(), databases: ["a"])
        try put(environment, "key", "old")
        let reader = try environment.makeReader()
        let first = try reader.begin()
        try put(environment, "key", "new")
        let seen = try bytes("key") { key in
            try reader.value(key, in: environment.database("a")).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(seen == "old")
        reader.end()
        #expect(try reader.begin() != first)
        reader.end()
        #expect(try read(environment, "key") == "new")
    }

    @Test func cursorsMoveInKeyOrder() throws {
        let environment = try Environment(path: temporaryFolder(), databases: ["a"])
        for key in ["b", "d", "a", "c"] { try put(environment, key, key) }
        let reader = try environment.makeReader()
        try reader.begin()
        defer { reader.end() }
        let cursor = try reader.cursor(environment.database("a"))
        var keys: [String] = []
        var entry = try bytes("b") { try cursor.seek($0) }
        while let (key, _) = entry {
            keys.append(String(decoding: key, as: UTF8.self))
            entry = try cursor.next()
        }
        #expect(keys == ["b", "c", "d"])
    }
}
