import Millrace
import Synchronization

/// Where the first records of parts are, as far as their readers have found them. The search for one begins at the start of
/// the part before, so that all of them together look at a file once.
final class PartStarts: Sendable {
    private struct File {
        /// The place of a record in each part, by the part's first byte.
        var known: [Int: FilePosition] = [:]
        /// Parts that wait for the start of the one before, by their first byte.
        var waiting: [Int: @Sendable () -> Void] = [:]
        /// How often parts have waited since a start was found.
        var waits: [Int: Int] = [:]
    }

    private let files = Mutex<[String: File]>([:])
    /// After so many waits (two seconds) without a start found, the part before is not being read: the search begins at what
    /// is known before it.
    private static let mostWaits = 20

    /// Forgets everything: a new run begins.
    func clear() { files.withLock { $0 = [:] } }

    /// Stores that a record of a part begins at `position`.
    func note(_ position: FilePosition, of part: FilePart.Reading) {
        let wake = files.withLock { files in
            files[part.file, default: File()].known[part.range.lowerBound] = position
            files[part.file]?.waits = [:]
            return files[part.file]?.waiting.removeValue(forKey: part.range.upperBound)
        }
        wake?()
    }

    /// Returns a record from which the first one of `part` is searched, `first` if nothing else is known; `nil` if that of
    /// the part before will be known.
    func start(before part: FilePart.Reading, orFrom first: FilePosition, onChange wake: @escaping @Sendable () -> Void)
        -> FilePosition?
    {
        let (lower, size) = (part.range.lowerBound, part.range.count)
        return files.withLock { files in
            var file = files[part.file, default: File()]
            defer { files[part.file] = file }
            if let start = file.known[lower - size] { return start }
            file.waits[lower, default: 0] += 1
            if file.waits[lower, default: 0] > Self.mostWaits {
                let known = file.known.filter { $0.key < lower }.values
                return known.max { $0.offset < $1.offset } ?? first
            }
            file.waiting[lower] = wake
            return nil
        }
    }
}
