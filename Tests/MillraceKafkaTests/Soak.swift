import Foundation

/// The long form of tests that look for what happens seldom: `MILLRACE_SOAK=1`.
enum Soak {
    static let isOn = ProcessInfo.processInfo.environment["MILLRACE_SOAK"] != nil

    /// How long something is away.
    static var outage: Duration { isOn ? .seconds(10) : .seconds(2) }
}
