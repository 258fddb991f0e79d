import Logging

/// A start with the state folder of a complete run: checks whether there is new input.
struct CompletedRun {
    let manifest: Manifest
    let plan: LogicalPlan
    let options: RunOptions

    /// Throws `StateError` if there is new input, which would never be read.
    func refuseNewInput() async throws {
        var found: [String] = []
        for stage in plan.stages {
            guard let source = stage.head.source, !source.access.isShared else { continue }
            do { found += try await news(of: stage.head.id, source.access) } catch let error as SourceError
                where !error.isTransient
            {
                // Input that was read and has been removed since is not new.
                options.logger.info("\(stage.head.id): \(error)")
            }
        }
        guard !found.isEmpty else { return }
        let shown = found.prefix(5).joined(separator: ", ") + (found.count > 5 ? " and \(found.count - 5) more" : "")
        throw StateError(
            .mismatch,
            "\(plan.name) is complete since checkpoint \(manifest.checkpoint): its windows are closed. There is new input, which would not be read: \(shown)",
            advice:
                "Start over with --fresh; a pipeline that is to go on with what has come since runs with endOfInput = .availableNow (--available-now) from its first run on"
        )
    }

    private func news(of id: String, _ access: SourceAccess) async throws -> [String] {
        try await access.connect(
            SourceRun(
                pipeline: plan.name, operatorID: id, delivery: options.delivery, isResumed: true, storesPositions: true,
                logger: options.logger))
        let entries = manifest.sources.filter { $0.operatorID == id }
        let partitions = try await access.partitions()
        let new = partitions.filter { partition in !entries.contains { $0.partition == partition } }
        let grown = try await access.unread(
            entries.filter { partitions.contains($0.partition) }.map {
                SourceAccess.StoredPosition(partition: $0.partition, position: [UInt8](hexadecimal: $0.position))
            })
        return new.map { "\($0) is new" }
            + grown.map { partition in
                let read = entries.first { $0.partition == partition }?.positionText ?? "its end"
                return "\(partition) goes on behind \(read)"
            }
    }
}
