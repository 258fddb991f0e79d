/// Finds partitions without records that hold event time back while other partitions are ahead. Pure.
enum HeldEventTime {
    /// How long a partition has to be silent before it is reported.
    static let patience = Duration.seconds(10)
    /// The time between two checks.
    static let interval = Duration.seconds(1)

    /// Returns the partitions that hold event time back, and for how long they have been silent.
    static func find(
        _ sources: [(TaskStatusCell.Origin, TaskStatusCell.Value)], _ now: Duration
    ) -> [TaskStatusCell.Origin: Duration] {
        var held: [TaskStatusCell.Origin: Duration] = [:]
        let greatest = sources.map(\.1.watermark.time).max() ?? .distantPast
        for (origin, value) in sources {
            guard let since = value.silentSince, now - since >= patience, value.partition != nil,
                !value.watermark.isIdle, !value.watermark.isEnd, value.watermark.time < greatest
            else { continue }
            held[origin] = now - since
        }
        return held
    }

    /// Returns the text of the warning.
    static func sentence(_ origin: TaskStatusCell.Origin, silentFor silence: Duration, ahead: [Watermark]) -> String {
        let greatest = ahead.max { $0.time < $1.time }.map { "\($0)" } ?? ""
        return
            "source '\(origin.source)', partition \(origin.partition), has had no records for \(silence.components.seconds) s and holds back event time: other partitions are at \(greatest), and their windows and timers wait. If a partition may be without records, set idleTimeout in the source's watermark strategy"
    }
}
