import Foundation

/// A fresh directory for one run's state, removed after it.
struct StateDirectory {
    let url: URL

    /// Makes a directory below `parent`, which is made too where it is missing.
    init(below parent: URL, for workload: Workload) throws {
        url = parent.appendingPathComponent("millrace-\(workload.rawValue)-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func remove() {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            StandardError.write("state of a finished run is left in \(url.path): \(error)")
        }
    }
}
