import Foundation

/// Seeds for tests that run repeatedly: a few for a quick run, or as many as the environment sets.
///
/// ```swift
/// @Test(arguments: TestSeeds.some(20))
/// func nothingIsLost(seed: UInt64) throws { ... }
/// ```
///
/// `MILLRACE_SEED` is the first seed (default: 1), and `MILLRACE_ROUNDS` the number of seeds. To repeat a failed test,
/// set `MILLRACE_SEED` to its seed and `MILLRACE_ROUNDS` to 1.
public enum TestSeeds {
    /// Returns consecutive seeds.
    ///
    /// - Parameter count: the number of seeds, unless `MILLRACE_ROUNDS` is set.
    /// - Returns: the seeds, from `MILLRACE_SEED` or 1.
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
