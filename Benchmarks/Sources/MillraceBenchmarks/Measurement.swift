import Foundation

/// Wall and CPU time since it was started. CPU time is that of the whole process, all threads together.
struct Stopwatch {
    private let wallStart = Stopwatch.read(CLOCK_MONOTONIC)
    private let cpuStart = Stopwatch.read(CLOCK_PROCESS_CPUTIME_ID)

    var seconds: Double { Stopwatch.read(CLOCK_MONOTONIC) - wallStart }
    var cpuSeconds: Double { Stopwatch.read(CLOCK_PROCESS_CPUTIME_ID) - cpuStart }

    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1_000_000_000
    }
}

/// The most memory that this process ever had resident.
enum PeakMemory {
    /// In megabytes (1,000,000 bytes), or nil where the system has no /proc. Not getrusage's figure, which a child
    /// process inherits from its parent.
    static func megabytes() -> Double? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 3, let kibibytes = Double(words[1]) else { return nil }
            return kibibytes * 1_024 / 1_000_000
        }
        return nil
    }
}
