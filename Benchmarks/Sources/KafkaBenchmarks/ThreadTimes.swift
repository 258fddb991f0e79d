import Foundation

/// Which threads of this process the time went to, told apart by their names.
struct ThreadTimes {
    private var seconds: [String: Double] = [:]

    /// The times used so far. Threads that ended are missing, so it is read before a client is closed where possible.
    static var now: ThreadTimes {
        var times = ThreadTimes()
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        for thread in threads {
            guard let text = try? String(contentsOfFile: "/proc/self/task/\(thread)/stat", encoding: .utf8),
                let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
            else { continue }
            let fields = text[text.index(after: close)...].split(separator: " ")
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { continue }
            let name = text[text.index(after: open)..<close]
            times.seconds[group(name), default: 0] += (user + system) / 100
        }
        return times
    }

    private static func group(_ name: Substring) -> String {
        if name.hasPrefix("rdk:") { return "librdkafka" }
        if name.hasPrefix("NIO-") { return "broker" }
        return "pipeline"
    }

    static func - (left: ThreadTimes, right: ThreadTimes) -> ThreadTimes {
        var difference = left
        for (name, seconds) in right.seconds { difference.seconds[name, default: 0] -= seconds }
        return difference
    }

    /// In the order of what they took.
    var text: String {
        seconds.filter { $0.value >= 0.01 }.sorted { $0.value > $1.value }
            .map { "\($0.key) \(String(format: "%.2f", $0.value)) s" }.joined(separator: ", ")
    }
}
