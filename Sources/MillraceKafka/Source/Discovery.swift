import Dispatch

/// A timer that may be cancelled from any thread.
///
/// `@unchecked Sendable`: dispatch sources are thread-safe.
final class Discovery: @unchecked Sendable {
    let timer: any DispatchSourceTimer

    init(_ timer: any DispatchSourceTimer) { self.timer = timer }
}

extension Duration {
    /// For Dispatch's timers.
    var inMilliseconds: Int { Int(self / .milliseconds(1)) }
}
