/// Finds partitions that give nothing while all others wait for their event time. Pure.
enum HeldEventTime {
    /// Silence is no hold-up before it has lasted so long.
    static let patience = Duration.seconds(10)
    /// Between two looks.
    static let interval = Duration.seconds(1)

    /// The partitions that others wait for, and for how long they have been silent.
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

    /// The warning.
    static func sentence(_ origin: TaskStatusCell.Origin, silentFor silence: Duration, ahead: [Watermark]) -> String {
        let greatest = ahead.max { $0.time < $1.time }.map { "\($0)" } ?? ""
        return
            "source '\(origin.source)', partition \(origin.partition), has given no record for \(silence.components.seconds) s, and holds back event time: others are at \(greatest), their windows and timers wait for it. If a partition may be silent, say after how long it no longer counts: idleTimeout in the source's watermarks"
    }
}
