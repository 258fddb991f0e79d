/// The decision of a start about the manifests it finds. Pure.
package enum Recovery: Equatable {
    /// Nothing is stored: the pipeline starts from the beginning.
    case startOver
    /// The pipeline continues from this checkpoint.
    case resume(Manifest)
    /// The last checkpoint is only prepared, and the other resource decides. If it committed that checkpoint, the
    /// checkpoint is valid; otherwise it is discarded and the pipeline continues from the one before, if any.
    case resolve(prepared: Manifest, before: Manifest?)

    /// Returns the decision for the stored manifests.
    ///
    /// - Parameter manifests: the manifests, oldest first.
    package static func plan(_ manifests: [Manifest]) -> Recovery {
        guard let last = manifests.last else { return .startOver }
        if last.mark == .committed { return .resume(last) }
        // A checkpoint is only prepared after the one before has been resolved, even if that one's mark is unchanged.
        var before = manifests.dropLast().last
        before?.mark = .committed
        return .resolve(prepared: last, before: before)
    }

    /// The outcome of a prepared checkpoint according to the other resource's marker.
    package enum Verdict: Equatable {
        case counts
        case never
        /// The resource has committed a later checkpoint: this folder is an old copy.
        case ahead(CheckpointNumber)
        /// The resource should have a marker of this folder, but has none.
        case unknown
    }

    package static func judge(_ prepared: Manifest, _ marker: CommitMarker?) -> Verdict {
        guard let marker, marker.folder == prepared.folder else {
            return prepared.output?.since ?? prepared.checkpoint == prepared.checkpoint ? .never : .unknown
        }
        if marker.checkpoint > prepared.checkpoint { return .ahead(marker.checkpoint) }
        return marker.checkpoint == prepared.checkpoint ? .counts : .never
    }
}
