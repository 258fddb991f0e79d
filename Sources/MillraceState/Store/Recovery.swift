/// What a start does with the manifests it finds. Pure.
package enum Recovery: Equatable {
    /// Nothing stored: begin at the beginning.
    case startOver
    /// Go on from here.
    case resume(Manifest)
    /// The last checkpoint is only prepared: the other resource decides. If it committed that number, it counts;
    /// otherwise it is dropped, and the one before (if any) is where to go on.
    case resolve(prepared: Manifest, before: Manifest?)

    /// - Parameter manifests: oldest first.
    package static func plan(_ manifests: [Manifest]) -> Recovery {
        guard let last = manifests.last else { return .startOver }
        if last.mark == .committed { return .resume(last) }
        // A checkpoint is prepared only when the one before is resolved, whatever its mark still says.
        var before = manifests.dropLast().last
        before?.mark = .committed
        return .resolve(prepared: last, before: before)
    }

    /// What the other resource's marker says of a prepared checkpoint.
    package enum Verdict: Equatable {
        case counts
        case never
        /// It has gone on without this folder, which is an old copy.
        case ahead(CheckpointNumber)
        /// It should have a marker of this folder, and has none.
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
