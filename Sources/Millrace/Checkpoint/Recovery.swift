/// What a start does with the manifests it finds. Pure.
enum Recovery: Equatable {
    /// Nothing stored: begin at the beginning.
    case startOver
    /// Go on from here.
    case resume(Manifest)
    /// The last checkpoint is only prepared: the other resource decides. If it committed that number, it counts;
    /// otherwise it is dropped, and the one before (if any) is where to go on.
    case settle(prepared: Manifest, before: Manifest?)

    /// - Parameter manifests: oldest first.
    static func plan(_ manifests: [Manifest]) -> Recovery {
        guard let last = manifests.last else { return .startOver }
        if last.mark == .committed { return .resume(last) }
        return .settle(prepared: last, before: manifests.dropLast().last { $0.mark == .committed })
    }
}
