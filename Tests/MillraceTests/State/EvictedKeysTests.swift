import Testing

@testable import Millrace
@testable import MillraceState

/// The filter of keys that have left memory.
@Suite struct EvictedKeysTests {
    @Test(arguments: [0...UInt64.max, (1 << 62)...(1 << 62) + (1 << 60)] as [ClosedRange<UInt64>])
    func whatWasAddedIsFoundAndLittleElse(hashes: ClosedRange<UInt64>) {
        var random = TestRandom(seed: 7)
        let keys = EvictedKeys(hashes)
        let isEmpty = !keys.mayContain(hashes.lowerBound)
        #expect(isEmpty)
        var added: [UInt64] = []
        // The first filter is for eight times what is added first; what follows needs more.
        for count in [2_000, 14_000, 60_000] {
            keys.makeRoom(keys: count)
            for _ in 0..<count {
                let hash = UInt64.random(in: hashes, using: &random)
                keys.insert(hash)
                added.append(hash)
            }
            let missing = added.count { !keys.mayContain($0) }
            #expect(missing == 0)
            let strangers = (0..<20_000).count { _ in keys.mayContain(UInt64.random(in: hashes, using: &random)) }
            #expect(strangers < 400, "\(strangers) of 20,000 strangers after \(added.count) keys")
        }
        let (bytes, more) = (keys.bytes, keys.bytesToAdd(keys: 1_000_000))
        #expect(bytes > added.count * 2 && bytes < added.count * 20 && more >= 2_000_000)
        keys.removeAll()
        let left = keys.bytes + added.count { keys.mayContain($0) }
        #expect(left == 0)
    }
}
