import Millrace
import MillraceTesting
import Synchronization

/// A pipeline with batches in it, made from a seed: its input, its operators, what fails.
struct BatchScenario: Sendable, CustomStringConvertible {
    struct Item: Sendable, Hashable {
        let id: Int
        let partition: Int
        /// Its place in its partition.
        let number: Int
        let key: Int
        let time: Timestamp
    }

    enum Beside: String, CaseIterable { case nothing, map, filter, asyncMap, batches, flatMap, merge }
    enum Behind: String, CaseIterable { case nothing, asyncMap, batches }

    let seed: UInt64
    let scripts: [[ScriptedSource<Item>.Step]]
    let items: [Item]
    let size: Int
    let within: Duration
    let bytes: Int?
    let concurrency: BatchConcurrency
    let most: Int
    let acknowledgement: Acknowledgement
    let retry: RetryPolicy
    let isKeyed: Bool
    let isOrdered: Bool
    let front: Beside
    let behind: Behind
    let hasWindow: Bool
    /// A record that is given up ends the run; records fail only so often then that restarts get past them.
    let endsRun: Bool
    let interval: Duration

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        func chance(_ percent: Int) -> Bool { draw(0...99) < percent }
        self.seed = seed
        var scripts: [[ScriptedSource<Item>.Step]] = []
        var items: [Item] = []
        for partition in 0..<draw(1...4) {
            var steps: [ScriptedSource<Item>.Step] = []
            for number in 0..<draw(0...40) {
                let item = Item(
                    id: items.count, partition: partition, number: number, key: draw(0...5),
                    time: Timestamp(milliseconds: Int64(number * 10)))
                items.append(item)
                steps.append(.record(item))
                if chance(15) { steps.append(.silence(.milliseconds(draw(1...250)))) }
            }
            scripts.append(steps)
        }
        (self.scripts, self.items) = (scripts, items)
        size = draw(1...9)
        within = .milliseconds(draw(1...200))
        bytes = chance(25) ? MemoryLayout<Item>.stride * draw(1...6) : nil
        most = draw(1...4)
        concurrency = chance(30) ? .adaptive(1...most) : .fixed(most)
        acknowledgement = [.allOrNothing, .perRecord, .upToFirstFailure][draw(0...2)]
        retry = RetryPolicy(
            attempts: draw(1...3), initial: .milliseconds(draw(1...120)), jitter: chance(50) ? 0 : 0.5,
            isolates: chance(70))
        isKeyed = chance(40)
        isOrdered = chance(30)
        front = Beside.allCases[draw(0...(Beside.allCases.count - 1))]
        behind = Behind.allCases[draw(0...(Behind.allCases.count - 1))]
        hasWindow = chance(50)
        endsRun = chance(25)
        interval = .milliseconds(draw(15...300))
    }

    var description: String {
        """
        seed \(seed): \(scripts.count) partitions, \(items.count) items; \(front), \(isKeyed ? "keyed" : "unkeyed")\
        \(isOrdered ? " ordered" : "") batches of \(size) within \(within), \(bytes ?? 0) bytes, \(concurrency) in flight, \
        \(acknowledgement), \(retry.attempts) attempts from \(retry.initial), isolates \(retry.isolates), \
        ends run \(endsRun), then \(behind)\(hasWindow ? " and a window" : ""); a checkpoint every \(interval)
        """
    }

    /// What comes out or is given up.
    var expected: [Int] {
        switch front {
        case .filter: items.map(\.id).filter { $0 % 5 != 0 }
        case .flatMap: items.flatMap { [$0.id, $0.id + 10_000] }
        default: items.map(\.id)
        }
    }

    /// Any number from 0 to 99 that the seed and these two decide.
    func dice(_ first: Int, _ second: Int) -> Int {
        var random = SeededRandom(seed: seed &* 31 &+ UInt64(first) &* 1_000_003 &+ UInt64(second))
        return Int.random(in: 0...99, using: &random)
    }
}
