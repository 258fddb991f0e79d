import Foundation

/// Seeds for tests that are run with many: as many as a quick run takes, or what the environment says.
///
/// ```swift
/// @Test(arguments: TestSeeds.some(20))
/// func nothingIsLost(seed: UInt64) throws { ... }
/// ```
///
/// `MILLRACE_SEED` is the first (1 by default), `MILLRACE_ROUNDS` their number. A failure names its seed, and is run again
/// alone with `MILLRACE_SEED=<seed> MILLRACE_ROUNDS=1`; a long run has new ones.
public enum TestSeeds {
    /// `count` seeds, unless the environment says how many.
    public static func some(_ count: Int) -> ClosedRange<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        return range(count, first: environment["MILLRACE_SEED"], rounds: environment["MILLRACE_ROUNDS"])
    }

    static func range(_ count: Int, first: String?, rounds: String?) -> ClosedRange<UInt64> {
        let rounds = max(rounds.flatMap { Int($0) } ?? count, 1)
        let first = min(first.flatMap { UInt64($0) } ?? 1, .max - UInt64(rounds))
        return first...(first + UInt64(rounds) - 1)
    }
}
