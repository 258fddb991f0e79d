import ArgumentParser
import Foundation

/// `millrace lag`: shows the lag of consumer groups.
struct LagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lag", abstract: "Shows how far consumer groups are behind, partition by partition.")

    @OptionGroup var cluster: ClusterOptions

    @Option(help: "A group; may be repeated (default: all of the cluster).")
    var group: [String] = []

    @Option(help: "Only this topic; may be repeated.")
    var topic: [String] = []

    @Flag(help: "One JSON object a line.")
    var json = false

    @Option(help: "Repeat after this many seconds, and show the change.")
    var watch: Double?

    func validate() throws {
        if let watch, watch <= 0 { throw ValidationError("--watch takes seconds above 0, got \(watch)") }
    }

    func run() throws {
        try cluster.run {
            let admin = try cluster.admin()
            var before: [Lag] = []
            while true {
                let groups = try group.isEmpty ? admin.groups() : group
                var lags: [Lag] = []
                for name in groups {
                    let found = try Lag.all(of: name, admin, topics: topic)
                    if found.isEmpty, !group.isEmpty, !json { print("group \(name) has committed nothing\(place)") }
                    lags += found
                }
                if json {
                    let encoder = JSONEncoder()
                    encoder.outputFormatting = .sortedKeys
                    for lag in lags { print(String(decoding: try encoder.encode(lag), as: UTF8.self)) }
                } else if !lags.isEmpty {
                    print(Lag.table(lags, before: before, seconds: watch ?? 0))
                } else if group.isEmpty {
                    print("no group of \(cluster.brokers) has committed anything\(place)")
                }
                guard let watch else { return }
                before = lags
                Thread.sleep(forTimeInterval: watch)
            }
        }
    }

    private var place: String { topic.isEmpty ? "" : " in \(topic.joined(separator: ", "))" }
}
