import Millrace

/// The policy by which a file sink closes a file and begins the next.
///
/// ```swift
/// delays.sink(.jsonLines(directory: "out/delays", rolling: .by(bytes: 256 << 20, age: .seconds(3600))))
/// ```
///
/// Restart: a file that was open at the stored checkpoint is truncated to its length at that checkpoint, and the
/// records after the checkpoint are written again.
public struct FileRolling: Sendable, Hashable {
    let bytes: Int?
    let age: Duration?
    /// Whether each checkpoint closes the open files.
    let isEachCheckpoint: Bool

    /// One file per checkpoint and task that has records. Readers see the records as soon as possible. The default of
    /// file sinks.
    public static let everyCheckpoint = FileRolling(bytes: nil, age: nil, isEachCheckpoint: true)

    /// Rolls files by size and age: a file is written to over several checkpoints until it reaches `bytes` or `age`,
    /// whichever comes first. Readers see it after the next checkpoint.
    ///
    /// A file is also closed when the run ends or restarts, and by each checkpoint of a run without a state folder.
    ///
    /// - Parameters:
    ///   - bytes: The size at which a file is closed, in bytes, including its header. The file may exceed it by one
    ///     record. Default: 128 MiB. Has to be 1 or more.
    ///   - age: The time since the file's first record after which a checkpoint closes it. Default: 15 minutes. Has to
    ///     be greater than zero.
    /// - Returns: The policy. A run whose sink has an invalid size or age fails at its start with a `SinkError`.
    public static func by(bytes: Int = 128 << 20, age: Duration = .seconds(15 * 60)) -> FileRolling {
        FileRolling(bytes: bytes, age: age, isEachCheckpoint: false)
    }

    /// Throws a `SinkError` if the size or age is invalid.
    func check(directory: String) throws {
        if let bytes, bytes < 1 {
            throw SinkError("\(directory): a file would be closed at \(bytes) bytes", advice: "Give one byte or more")
        }
        if let age, age <= .zero {
            throw SinkError("\(directory): a file would be closed after \(age)", advice: "Give a time above zero")
        }
    }
}
