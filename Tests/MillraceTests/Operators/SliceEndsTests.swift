import MillraceTesting
import Testing

@testable import Millrace

@Suite struct SliceEndsTests {
    /// Beside a sorted array.
    @Test(arguments: TestSeeds.some(10))
    func sameAsASortedArray(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var (ends, model) = (SliceEnds(), [Int64]())
        for step in 0..<3000 {
            let end = Int64(step / 10 + Int.random(in: -20...20, using: &random)) * 10
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                if !model.contains(end) {
                    ends.insert(end)
                    model.append(end)
                    model.sort()
                }
            case 2:
                ends.remove(end)
                model.removeAll { $0 == end }
            case 3:
                if let first = ends.first { ends.remove(first) }
                if !model.isEmpty { model.removeFirst() }
            default:
                let start = end - Int64.random(in: -5...300, using: &random)
                #expect(Array(ends.ends(after: start, through: end)) == model.filter { $0 > start && $0 <= end })
            }
            #expect(Array(ends) == model && ends.first == model.first && ends.count == model.count, "seed \(seed)")
        }
    }
}
