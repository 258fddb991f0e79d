import Synchronization

/// What a pipeline gave, gathered from its tasks.
final class Collected: Sendable {
    private let flights = Mutex<[Flight]>([])

    func add(_ flight: Flight) { flights.withLock { $0.append(flight) } }

    var all: [Flight] { flights.withLock { $0 } }
}
