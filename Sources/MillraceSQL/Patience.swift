import Foundation
import Logging

/// Retries operations while a database is unavailable, with exponential backoff, up to a time limit.
struct Patience: Sendable {
    /// How long to retry.
    let limit: Duration

    /// The first pause. Each pause is twice as long as the one before, up to `longestPause`.
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(5)

    /// Calls `body` until it does not fail with a transient error. Logs the first failure and the eventual success.
    func run<R>(_ what: String, logger: Logger, _ body: () throws -> R) throws -> R {
        let began = ContinuousClock.now
        var pause = Self.firstPause
        var attempts = 0
        while true {
            do {
                attempts += 1
                let result = try body()
                if attempts > 1 {
                    logger.notice("\(what): done after \(attempts) attempts in \(Self.rounded(.now - began))")
                }
                return result
            } catch var error as SQLError where error.isTransient {
                let left = limit - (.now - began)
                guard left > .zero else {
                    if limit > .zero { error.problem += ", for \(Self.rounded(limit)) and \(attempts) attempts" }
                    throw error
                }
                if attempts == 1 { logger.warning("\(what): tried again for up to \(Self.rounded(limit)): \(error)") }
                // Random jitter, so that writers that failed together do not retry together.
                let wait = min(pause * Double.random(in: 0.5...1), left)
                Thread.sleep(forTimeInterval: wait / .seconds(1))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    private static func rounded(_ duration: Duration) -> String {
        "\((duration / .seconds(1) * 10).rounded() / 10) s"
    }
}
