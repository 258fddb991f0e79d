/// The source at the head of a stage: its settings, and how a partition is opened.
///
/// `@unchecked Sendable`: never changed after `init`.
@usableFromInline
final class SourceStage: @unchecked Sendable {
    let watermarks: WatermarkStrategy
    /// Whether its records have event times: their own, or those of an operator downstream (`isTimedLater`).
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

    /// Returns a copy for a source whose event time is assigned by an operator downstream.
    func assigning(_ watermarks: WatermarkStrategy) -> SourceStage {
        SourceStage(
            watermarks: watermarks, isTimedLater: true, recordsPerSecond: recordsPerSecond, access: access, open: open)
    }
}

/// A partition that is being read, as seen by its task's loop. The closures hide the types.
@usableFromInline
struct SourceBody {
    let read: (ReadLimit) throws -> ReadOutcome
    /// The numbers of records and bytes since the last call.
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

/// The operator at the head of a keyed stage: how a batch is processed.
final class KeyedStage: Sendable {
    let makeHandler: @Sendable (TaskContext) -> (RecordBatch) throws -> Void

    init(makeHandler: @escaping @Sendable (TaskContext) -> (RecordBatch) throws -> Void) {
        self.makeHandler = makeHandler
    }
}
