/// What the head of a source stage brings: its partitions, and how one is read.
///
/// `@unchecked Sendable`: never changed after `init`.
@usableFromInline
final class SourceStage: @unchecked Sendable {
    let watermarks: WatermarkStrategy
    /// Its records have event times: of their own, or from an operator that follows (`isTimedLater`).
    let hasEventTime: Bool
    @usableFromInline let isTimedLater: Bool
    let recordsPerSecond: Double?
    let access: SourceAccess
    /// Builds a task's operators and opens its partition, at a stored position or its beginning.
    let open:
        @Sendable (TaskContext, PartitionID, _ position: [UInt8]?, WatermarkTracker, WakeHandle) throws -> SourceBody

    @usableFromInline
    init(
        watermarks: WatermarkStrategy?, isTimedLater: Bool = false, recordsPerSecond: Double?,
        access: SourceAccess,
        open:
            @escaping @Sendable (TaskContext, PartitionID, [UInt8]?, WatermarkTracker, WakeHandle) throws -> SourceBody
    ) {
        self.watermarks = watermarks ?? .monotonic()
        hasEventTime = watermarks != nil
        self.isTimedLater = isTimedLater
        self.recordsPerSecond = recordsPerSecond
        self.access = access
        self.open = open
    }

    /// The same, where an operator assigns event time.
    func assigning(_ watermarks: WatermarkStrategy) -> SourceStage {
        SourceStage(
            watermarks: watermarks, isTimedLater: true, recordsPerSecond: recordsPerSecond, access: access, open: open)
    }
}

/// A partition being read, as its task's loop sees it: the types are inside the closures.
@usableFromInline
struct SourceBody {
    let read: (ReadLimit) throws -> ReadOutcome
    /// Records and bytes since the last call.
    let counts: () -> (records: Int, bytes: Int)
    let position: () -> [UInt8]
    let positionText: () -> String
    let progress: () -> SourceProgress?
    let setTracker: (WatermarkTracker) -> Void
    let tracker: () -> WatermarkTracker

    @usableFromInline
    init(
        read: @escaping (ReadLimit) throws -> ReadOutcome, counts: @escaping () -> (records: Int, bytes: Int),
        position: @escaping () -> [UInt8], positionText: @escaping () -> String,
        progress: @escaping () -> SourceProgress?, tracker: @escaping () -> WatermarkTracker,
        setTracker: @escaping (WatermarkTracker) -> Void
    ) {
        self.setTracker = setTracker
        self.read = read
        self.counts = counts
        self.position = position
        self.positionText = positionText
        self.progress = progress
        self.tracker = tracker
    }
}

/// What the head of a keyed stage brings: how a batch is worked on.
final class KeyedStage: Sendable {
    let makeHandler: @Sendable (TaskContext) -> (RecordBatch) throws -> Void

    init(makeHandler: @escaping @Sendable (TaskContext) -> (RecordBatch) throws -> Void) {
        self.makeHandler = makeHandler
    }
}
