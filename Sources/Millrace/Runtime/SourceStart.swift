import Logging

/// Opens a pipeline's sources for one attempt: connects them, lists their partitions, and assigns positions.
struct SourceStart {
    private let plan: LogicalPlan
    private let restored: Manifest?
    private let logger: Logger

    init(_ plan: LogicalPlan, _ restored: Manifest?, logger: Logger) {
        self.plan = plan
        self.restored = restored
        self.logger = logger
    }

    /// Returns the partitions of each stage; none for keyed stages.
    func open(
        pipeline: String, options: RunOptions, changed: RequestBox, storesPositions: Bool, commitsWithOutput: Bool
    ) async throws -> [[PartitionID]] {
        // Changes from here on are new.
        _ = changed.take()
        try checkSources()
        var all: [[PartitionID]] = []
        for stage in plan.stages {
            guard let source = stage.head.source else {
                all.append([])
                continue
            }
            let id = stage.head.id
            try await source.access.connect(
                SourceRun(
                    pipeline: pipeline, operatorID: id, delivery: options.delivery, isResumed: restored != nil,
                    storesPositions: storesPositions, commitsPositionsWithOutput: commitsWithOutput,
                    partitionsChanged: { changed.request() }, logger: logger))
            let partitions = try await source.access.partitions()
            let entries = source.access.isShared ? [] : restored?.sources.filter { $0.operatorID == id } ?? []
            if partitions.isEmpty, !source.access.isOpenEnded {
                logger.warning("source '\(id)' has nothing to read: \(stage.head.detail)")
            }
            let known = entries.map { entry in
                SourceAccess.StoredPosition(
                    partition: entry.partition, position: [UInt8](hexadecimal: entry.position))
            }
            let knownNames = Set(known.map(\.partition))
            let new = partitions.filter { !knownNames.contains($0) }
            // First, since it knows more: what is gone may have come back under another name.
            if !known.isEmpty, !new.isEmpty { try await source.access.checkNew(new, known) }
            try checkPartitions(entries, partitions)
            let positions = Dictionary(known.map { ($0.partition, $0.position) }) { first, _ in first }
            try await source.access.assign(
                partitions.map {
                    SourceAccess.StoredPosition(partition: $0, position: positions[$0].flatMap { $0 })
                })
            all.append(partitions)
        }
        return all
    }

    private func checkSources() throws {
        for entry in restored?.sources ?? [] where !entry.isEnded {
            guard plan.stages.contains(where: { $0.head.id == entry.operatorID }) else {
                throw StateError(
                    .mismatch,
                    "Checkpoint \(restored?.checkpoint ?? .none) has a position of source '\(entry.operatorID)', which the graph does not have",
                    advice: "Give the source its old name, or start over with --fresh")
            }
        }
    }

    /// Checks that every partition which has not been read to its end still exists.
    private func checkPartitions(_ entries: [Manifest.SourceEntry], _ partitions: [PartitionID]) throws {
        for entry in entries where !entry.isEnded && !partitions.contains(entry.partition) {
            throw SourceError(
                "Partition \(entry.partition) of source '\(entry.operatorID)' is gone; checkpoint \(restored?.checkpoint ?? .none) had read it up to \(entry.positionText)",
                advice: "Bring it back, or start over with --fresh")
        }
    }
}
