import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState

/// Tables over a real store: what was encoded, committed and folded is found again by any other division of the keys.
@Suite struct StoreTests {
    final class Rig {
        let folder: TemporaryFolder
        let store: CheckpointStore
        let horizon = CommitHorizon(.none)
        let state = StateID(1)
        var checkpoint = CheckpointNumber.none

        init() throws {
            folder = try TemporaryFolder()
            store = try CheckpointStore(folder: StateFolder(path: folder.path, fresh: false))
        }

        func table<Key: StreamKey, Value: StateValue>(
            _ task: Int = 0, of tasks: Int = 1, slice: Slice = .whole, isStored: Bool, budget: Int = 1 << 30,
            key: Key.Type = Key.self, value: Value.Type = Value.self
        ) throws -> KeyedTable<Key, Value> {
            let assignment = KeyGroupAssignment(groups: 128, tasks: tasks)
            return KeyedTable(
                hashes: assignment.hashes(ofTask: task),
                store: SliceStore(
                    reader: try StateReader(store: store, horizon: horizon), state: state, slice: slice),
                storedEntries: isStored ? 10 : nil, budget: MemoryBudget(bytes: budget))
        }

        /// - Parameter meanwhile: what happens between encoding and storing, while tables go on reading what they read.
        func commit<Key, Value>(
            _ tables: [KeyedTable<Key, Value>], slice: Slice = .whole, meanwhile: () throws -> Void = {}
        ) throws {
            checkpoint = checkpoint.next
            var deltas: [StateDelta] = []
            for (task, table) in tables.enumerated() {
                var builder = DeltaBuilder(checkpoint, state, task: task)
                table.encodeChanges(into: &builder, slice: slice, checkpoint: checkpoint.value)
                if let delta = builder.finish() { deltas.append(delta) }
            }
            try meanwhile()
            let graph = GraphDescription(pipeline: "test", operators: [], edges: [], stages: [])
            try store.commit(
                Manifest(checkpoint: checkpoint, pipeline: "test", keyGroups: 128, graph: graph), deltas, crash: .off)
            horizon.advance(to: checkpoint)
            try meanwhile()
            for table in tables { table.store?.reader.release() }
        }

        func fold() throws {
            var fold = JournalFold(store, states: [state], last: checkpoint)
            while try fold.step(crash: .off) {}
        }
    }

    static func contents<Key, Value>(_ table: KeyedTable<Key, Value>) throws -> [Key: Value] {
        try table.loadAll()
        var found: [Key: Value] = [:]
        table.forEachInMemory { found[table.key(of: $0)] = $0.pointee.value }
        return found
    }

    /// The same, part by part, while nothing more comes into memory than a part.
    static func walk<Key, Value>(_ table: KeyedTable<Key, Value>) throws -> [Key: Value] {
        var found: [Key: Value] = [:]
        var hash = table.low
        while true {
            let last = try table.forEachOfPart(from: hash) { slot in
                #expect(found.updateValue(slot.pointee.value, forKey: table.key(of: slot)) == nil)
            }
            if last == table.high { return found }
            hash = last + 1
        }
    }

    @Test(arguments: 1...5)
    func whatOneTaskStoredManyTasksFind(tasks: Int) throws {
        let rig = try Rig()
        let table: KeyedTable<Int, Int> = try rig.table(isStored: false)
        var expected: [Int: Int] = [:]
        for key in 0..<500 {
            try table.update(key.frozenHash, key) { 0 }.pointee.value = key * 3
            expected[key] = key * 3
        }
        try rig.commit([table])
        var found: [Int: Int] = [:]
        for task in 0..<tasks {
            found.merge(try Self.contents(rig.table(task, of: tasks, isStored: true))) { _, _ in -1 }
        }
        #expect(found == expected)
    }

    /// Random updates and removals, checkpoints, folds, evictions, walks and changes of parallelism against a dictionary.
    @Test(arguments: TestSeeds.some(20))
    func randomHistoriesAgreeWithADictionary(seed: UInt64) throws {
        try history(seed, key: { "key-\($0)" }, initial: [Int]()) { $0.append($1) }
    }

    /// The same with keys and values of fixed widths, which lie otherwise in the store.
    @Test(arguments: TestSeeds.some(20))
    func randomHistoriesOfFixedWidthsAgreeWithADictionary(seed: UInt64) throws {
        try history(seed, key: { UInt64($0) }, initial: 0) { $0 = $0 &* 31 &+ $1 }
    }

    func history<Key: StreamKey, Value: StateValue & Equatable>(
        _ seed: UInt64, key: @escaping (Int) -> Key, initial: Value, _ add: @escaping (inout Value, Int) -> Void
    ) throws {
        var random = TestRandom(seed: seed)
        let rig = try Rig()
        var expected: [Key: Value] = [:]
        var tasks = 1
        var isStored = false
        for _ in 0..<12 {
            tasks = Int.random(in: 1...4, using: &random)
            let budget = [1 << 30, 40_000, 150_000].randomElement(using: &random) ?? 0
            let keys = [800, 4000].randomElement(using: &random) ?? 0
            let tables: [KeyedTable<Key, Value>] = try (0..<tasks).map {
                try rig.table($0, of: tasks, isStored: isStored, budget: budget)
            }
            let assignment = KeyGroupAssignment(groups: 128, tasks: tasks)
            let table = { (key: Key) in tables[assignment.task(ofGroup: assignment.group(ofHash: key.frozenHash))] }
            let change = { (most: Int) in
                for _ in 0..<Int.random(in: 0...most, using: &random) {
                    let key = key(Int.random(in: 0..<keys, using: &random))
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        let wasThere = expected.removeValue(forKey: key) != nil
                        #expect(try table(key).remove(key.frozenHash, key) == wasThere)
                    } else {
                        let value = Int.random(in: 0..<100, using: &random)
                        add(&(try table(key).update(key.frozenHash, key) { initial }).pointee.value, value)
                        add(&expected[key, default: initial], value)
                    }
                }
                // Most of what there is, so that removed keys lie side by side.
                if Int.random(in: 0..<6, using: &random) > 0 { return }
                for key in expected.keys.sorted(by: { $0.frozenHash < $1.frozenHash })
                where Int.random(in: 0..<200, using: &random) > 0 {
                    #expect(try table(key).remove(key.frozenHash, key))
                    expected[key] = nil
                }
            }
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                try change(600)
                if Bool.random(using: &random) { for table in tables { table.store?.reader.release() } }
                try rig.commit(tables) { try change(300) }
                isStored = true
                if Bool.random(using: &random) { try rig.fold() }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    var found: [Key: Value] = [:]
                    for table in tables {
                        try found.merge(Self.walk(table)) { _, _ in
                            Issue.record("seed \(seed): a key in two tasks")
                            return initial
                        }
                    }
                    #expect(found == expected, "seed \(seed)")
                    for table in tables { table.store?.reader.release() }
                }
            }
            try rig.commit(tables)
            for (key, value) in expected {
                #expect(try table(key).find(key.frozenHash, key)?.pointee.value == value, "seed \(seed), key \(key)")
            }
            for table in tables { table.store?.reader.release() }
        }
        let table: KeyedTable<Key, Value> = try rig.table(isStored: true)
        #expect(try Self.contents(table) == expected, "seed \(seed)")
    }

    @Test func droppedSlicesAreGone() throws {
        let rig = try Rig()
        for end in [10, 20] {
            let table: KeyedTable<Int, Int> = try rig.table(slice: Slice(Int64(end)), isStored: false)
            for key in 0..<50 { _ = try table.update(key.frozenHash, key) { end } }
            try rig.commit([table], slice: Slice(Int64(end)))
        }
        try rig.fold()
        rig.checkpoint = rig.checkpoint.next
        var builder = DeltaBuilder(rig.checkpoint, rig.state, task: 0)
        builder.drop(Slice(10), hashes: 0...UInt64.max)
        let finished = builder.finish()
        let delta = try #require(finished)
        let graph = GraphDescription(pipeline: "test", operators: [], edges: [], stages: [])
        try rig.store.commit(
            Manifest(checkpoint: rig.checkpoint, pipeline: "test", keyGroups: 128, graph: graph),
            [delta], crash: .off)
        for _ in 0..<2 {
            let gone: KeyedTable<Int, Int> = try rig.table(slice: Slice(10), isStored: true)
            #expect(try Self.contents(gone).isEmpty)
            let kept: KeyedTable<Int, Int> = try rig.table(slice: Slice(20), isStored: true)
            #expect(try Self.contents(kept).count == 50)
            gone.store?.reader.release()
            kept.store?.reader.release()
            try rig.fold()
        }
        let reader = try StateReader(store: rig.store)
        #expect(try reader.slices(rig.state) == [Slice(20)])
        reader.release()
    }

    /// Keys that share few hashes, the last there is among them: order and look-up go by the keys themselves.
    struct Colliding: StreamKey, StateValue {
        let number: Int
        typealias Remainder = Colliding
        var frozenHash: UInt64 { number % 3 == 0 ? 42 : UInt64.max - UInt64(number % 3 - 1) }
        static var stateSchema: String { "Colliding" }
        func encode(into writer: inout ByteWriter) { writer.write(Int64(number)) }
        static func decode(from reader: inout ByteReader) throws -> Colliding {
            Colliding(number: Int(try reader.read(Int64.self)))
        }
    }

    /// Far more keys of the last hashes than a table has room for behind its last home, in a budget that does not hold them.
    @Test(arguments: [20, 1000], [1 << 30, 100_000])
    func keysOfOneHashAreKeptApart(count: Int, budget: Int) throws {
        let rig = try Rig()
        let keys = (0..<count).map { Colliding(number: $0) }
        var expected = Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.number) })
        let table: KeyedTable<Colliding, Int> = try rig.table(isStored: false, budget: budget)
        for key in keys { _ = try table.update(key.frozenHash, key) { key.number } }
        #expect(try Self.contents(table) == expected)
        try rig.commit([table])
        try rig.fold()
        for key in keys where key.number % 7 == 3 {
            try table.remove(key.frozenHash, key)
            expected[key] = nil
        }
        for key in keys where key.number % 5 == 0 {
            try table.update(key.frozenHash, key) { 0 }.pointee.value = 500
            expected[key] = 500
        }
        try rig.commit([table])
        for key in keys {
            #expect(try table.find(key.frozenHash, key)?.pointee.value == expected[key])
            if key.number % 500 == 0 { table.shrink() }
        }
        table.store?.reader.release()
        for _ in 0..<2 {
            let again: KeyedTable<Colliding, Int> = try rig.table(isStored: true, budget: budget)
            for key in keys.reversed() {
                #expect(try again.find(key.frozenHash, key)?.pointee.value == expected[key])
            }
            #expect(try Self.contents(again) == expected)
            again.store?.reader.release()
            try rig.fold()
        }
    }
}
