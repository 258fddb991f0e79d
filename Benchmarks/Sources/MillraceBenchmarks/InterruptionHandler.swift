import Foundation

/// Takes a running worker along when this process is interrupted: Foundation starts it in a process group of its own,
/// so that a Ctrl-C in the terminal does not reach it.
struct InterruptionHandler {
    private static let signals = [SIGINT, SIGTERM]
    private let sources: [any DispatchSourceSignal]

    /// To be made after the worker was started, because a process inherits which signals are ignored.
    init(worker: pid_t, stateDirectory: URL) {
        sources = InterruptionHandler.signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                kill(worker, SIGKILL)
                try? FileManager.default.removeItem(at: stateDirectory)
                exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    /// To be called before the worker is waited for: its id may then belong to another process.
    func cancel() {
        for source in sources { source.cancel() }
        for number in InterruptionHandler.signals { signal(number, SIG_DFL) }
    }
}
