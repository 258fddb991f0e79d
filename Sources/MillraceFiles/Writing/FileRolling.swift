import Millrace

/// When a file sink closes a file and begins the next.
///
/// ```swift
/// delays.sink(.jsonLines(directory: "out/delays", rolling: .by(bytes: 256 << 20, age: .seconds(3600))))
/// ```
///
/// However long a file is written to, a restart goes on from the stored checkpoint: records behind it are cut off the file
/// and written again.
public struct FileRolling: Sendable, Hashable {
    let bytes: Int?
    let age: Duration?
    /// Whether a checkpoint ends every file.
    let isEachCheckpoint: Bool

    /// A file for each checkpoint and task that has records: readers see them soonest. The default.
    public static let everyCheckpoint = FileRolling(bytes: nil, age: nil, isEachCheckpoint: true)

    /// A file is written to over many checkpoints, until it has so many bytes or has been open for so long, whichever comes
    /// first; readers see it with the next checkpoint. It is also closed when the run ends, when it restarts, and by each
    /// checkpoint of a run that has no state folder.
    ///
    /// - Parameters:
    ///   - bytes: the size from which a file is closed, headers included; one record more may be in it. 128 MiB by default.
    ///   - age: the time since its first record after which a checkpoint closes it. 15 minutes by default.
    public static func by(bytes: Int = 128 << 20, age: Duration = .seconds(15 * 60)) -> FileRolling {
        FileRolling(bytes: bytes, age: age, isEachCheckpoint: false)
    }

    /// Throws if it says what cannot be.
    func check(directory: String) throws {
        if let bytes, bytes < 1 {
            throw SinkError("\(directory): a file would be closed at \(bytes) bytes", advice: "Give one byte or more")
        }
        if let age, age <= .zero {
            throw SinkError("\(directory): a file would be closed after \(age)", advice: "Give a time above zero")
        }
    }
}
