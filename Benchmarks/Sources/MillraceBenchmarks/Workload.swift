import ArgumentParser

/// The workloads that this package runs.
enum Workload: String, CaseIterable, Codable, Sendable {
    /// Stateless: map, filter, count.
    case w0 = "W0"
    /// Running count and sum per key.
    case w1 = "W1"
    /// Tumbling event-time window of 10 s, count and sum per key.
    case w2 = "W2"
    /// Sliding event-time window of 60 s every 5 s, count per key.
    case w3 = "W3"
    /// Event-time sessions with a gap of 1 s, count per key.
    case w4 = "W4"
    /// The latest value per key, many keys.
    case w6 = "W6"

    /// How many records a run for checking takes.
    var shortRecords: Int {
        switch self {
        case .w0, .w2, .w6: 20_000_000
        case .w1: 10_000_000
        case .w3, .w4: 5_000_000
        }
    }

    /// How many records a run for figures takes, so that it holds at least ten checkpoints. W6 has one length only.
    var longRecords: Int {
        switch self {
        case .w0: 1_000_000_000
        case .w1: 200_000_000
        case .w2: 400_000_000
        case .w3, .w4: 100_000_000
        case .w6: shortRecords
        }
    }

    /// The checksum as the workload list writes it: W0's is the number of kept records, the others' are hexadecimal.
    func text(ofChecksum checksum: UInt64) -> String {
        if self == .w0 { return String(checksum) }
        let digits = String(checksum, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Workload: ExpressibleByArgument {
    init?(argument: String) {
        self.init(rawValue: argument.uppercased())
    }
}
