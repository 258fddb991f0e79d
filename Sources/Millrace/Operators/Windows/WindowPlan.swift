/// How records are divided into windows, and when the windows emit results.
@usableFromInline
struct WindowPlan: Sendable {
    @usableFromInline let assigner: SliceAssigner
    @usableFromInline let kind: TimeKind
    @usableFromInline let allowedLateness: Duration
    @usableFromInline var trigger = WindowTrigger.atWatermark
    /// Errors in the declaration of the windows, independent of their trigger.
    @usableFromInline var shapeProblems: [GraphProblem]

    @inlinable
    init(
        _ assigner: SliceAssigner, _ kind: TimeKind, allowedLateness: Duration, _ shapeProblems: [GraphProblem] = []
    ) {
        self.assigner = assigner
        self.kind = kind
        self.allowedLateness = kind == .event ? allowedLateness : .zero
        self.shapeProblems = shapeProblems
    }

    @usableFromInline var problems: [GraphProblem] {
        shapeProblems + trigger.problems(assigner.isOneSliceEach)
    }

    @usableFromInline var timing: WindowTiming {
        WindowTiming(allowedLateness: allowedLateness, isFinalOnly: trigger.isFinalOnly)
    }

    @usableFromInline var detail: String {
        var parts = ["\(kind) time"]
        if allowedLateness > .zero { parts.append("lateness \(allowedLateness)") }
        if let interval = trigger.earlyInterval { parts.append("early every \(interval)") }
        if let count = trigger.recordCount { parts.append("every \(count) records") }
        if trigger.isFinalOnly { parts.append("final results only") }
        if trigger.discards { parts.append("discarding") }
        return parts.joined(separator: ", ")
    }
}
