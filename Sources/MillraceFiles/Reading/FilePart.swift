import Millrace

/// A file, or the part of it whose records begin in a range of bytes: what a partition of a ``FileSource`` stands for.
///
/// The parts of a file depend on the size of a part alone, so that they stay the same when the file grows.
struct FilePart: Hashable {
    /// The name of the file.
    let file: String
    /// The bytes in which the part's records begin; `nil` for a whole file.
    let range: Range<Int>?

    init(file: String, range: Range<Int>? = nil) {
        self.file = file
        self.range = range
    }

    /// The part that a partition of a source with this `splitSize` stands for; without one each is a whole file.
    init(_ partition: PartitionID, splitSize: Int?) {
        if let splitSize, let part = FilePart(splitName: partition.name), part.range?.count == splitSize {
            self = part
        } else {
            self.init(file: partition.name)
        }
    }

    /// The part with a name such as `flights.csv[67108864..<134217728]`; `nil` if it is not one.
    init?(splitName name: String) {
        guard name.hasSuffix("]"), let bracket = name.lastIndex(of: "[") else { return nil }
        let bounds = name[name.index(after: bracket)...].dropLast().split(
            separator: "..<", omittingEmptySubsequences: false)
        guard bounds.count == 2, let lower = Int(bounds[0]), let upper = Int(bounds[1]), 0 <= lower, lower < upper
        else {
            return nil
        }
        self.init(file: String(name[..<bracket]), range: lower..<upper)
    }

    var partition: PartitionID {
        PartitionID(range.map { "\(file)[\($0.lowerBound)..<\($0.upperBound)]" } ?? file)
    }

    /// The parts of a file of `size` bytes; at least one.
    static func parts(of file: String, size: Int, splitSize: Int) -> [FilePart] {
        stride(from: 0, to: max(size, 1), by: splitSize).map {
            FilePart(file: file, range: $0..<($0 + splitSize))
        }
    }

    /// Whether both are parts of one division of a file.
    func isSibling(of other: FilePart) -> Bool {
        guard let range, let otherRange = other.range else { return false }
        return file == other.file && range.count == otherRange.count
    }
}

extension FilePart {
    /// What the reader of a part has in addition to that of a file.
    struct Reading {
        let range: Range<Int>
        let file: String
        let starts: PartStarts

        /// How long a reader waits at most for the start of the part before.
        static let wait = Duration.milliseconds(100)
    }
}
