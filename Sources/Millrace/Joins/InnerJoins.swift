// Default arguments cannot give a method its generic parameters where these stand in its other parameters too.

extension JoinedStream where Left: StateValue, Right: StateValue {
    /// The inner interval join: as `intervalJoin(from:through:kind:late:)` with the kind `.inner`.
    @inlinable
    public func intervalJoin(
        from lower: Duration, through upper: Duration, late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<Joined<Key, Left, Right>> {
        intervalJoin(from: lower, through: upper, kind: .inner, late: late)
    }

    /// The inner window join: as `windowJoin(_:kind:time:allowedLateness:late:)` with the kind `.inner`.
    @inlinable
    public func windowJoin(
        _ assigner: WindowAssigner, time: TimeKind = .event, allowedLateness: Duration = .zero,
        late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<WindowResult<Key, JoinedPair<Left, Right>>> {
        windowJoin(assigner, kind: .inner, time: time, allowedLateness: allowedLateness, late: late)
    }

    /// The inner temporal join: as `temporalJoin(kind:deleting:late:)` with the kind `.inner`.
    @inlinable
    public func temporalJoin(
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }, late: SideOutput<Left>? = nil
    ) -> Stream<Joined<Key, Left, Right>> {
        temporalJoin(kind: .inner, deleting: deleting, late: late)
    }
}

extension JoinedStream where Left: Sendable, Right: StateValue {
    /// The inner join with a table: as `streamTableJoin(kind:deleting:)` with the kind `.inner`.
    @inlinable
    public func streamTableJoin(
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }
    ) -> Stream<Joined<Key, Left, Right>> {
        streamTableJoin(kind: .inner, deleting: deleting)
    }
}
