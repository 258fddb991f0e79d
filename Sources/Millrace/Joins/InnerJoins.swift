// Overloads without `kind`: a default argument cannot determine generic parameters that other parameters use too.

extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins records whose times are within an interval of each other; unmatched records are not emitted.
    ///
    /// As `intervalJoin(from:through:kind:late:)` with the kind `.inner`.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order)
    ///     .intervalJoin(from: .zero, through: .hours(1))
    ///     .map { "order \($0.key) is paid with \($0.right.card)" }
    /// ```
    ///
    /// - Parameters:
    ///   - lower: the least distance from the time of a left record to that of a right one; may be negative.
    ///   - upper: the greatest distance, included.
    ///   - late: the side output for late records. Default: they are only counted.
    /// - Returns: a stream of joined pairs.
    @inlinable
    public func intervalJoin(
        from lower: Duration, through upper: Duration, late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<Joined<Key, Left, Right>> {
        intervalJoin(from: lower, through: upper, kind: .inner, late: late)
    }

    /// Joins records that are in the same window; unmatched records are not emitted.
    ///
    /// As `windowJoin(_:kind:time:allowedLateness:late:)` with the kind `.inner`.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order)
    ///     .windowJoin(.tumbling(of: .hours(1)), allowedLateness: .minutes(5))
    ///     .map { "order \($0.key) is paid with \($0.value.right.card)" }
    /// ```
    ///
    /// - Parameters:
    ///   - assigner: determines the windows that a record belongs to.
    ///   - time: which time of a record counts. Default: event time.
    ///   - allowedLateness: how long an event-time window is kept after its end, for late records. Default: zero.
    ///   - late: the side output for records that arrive after that. Default: they are only counted.
    /// - Returns: a stream of joined pairs, each with its key and window.
    @inlinable
    public func windowJoin(
        _ assigner: WindowAssigner, time: TimeKind = .event, allowedLateness: Duration = .zero,
        late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<WindowResult<Key, JoinedPair<Left, Right>>> {
        windowJoin(assigner, kind: .inner, time: time, allowedLateness: allowedLateness, late: late)
    }

    /// Joins each left record with the version of the right stream that was valid at its time; left records without a
    /// version are not emitted.
    ///
    /// As `temporalJoin(kind:deleting:late:)` with the kind `.inner`.
    ///
    /// ```swift
    /// let late = graph.sideOutput("late", of: Trade.self)
    /// trades.joined(with: rates, on: \.currency, equals: \.currency)
    ///     .temporalJoin(late: late)
    ///     .map { $0.left.amount * $0.right.rate }
    /// ```
    ///
    /// - Parameters:
    ///   - deleting: returns whether a right record deletes its key, from its time on. Default: none does.
    ///   - late: the side output for late left records. Default: they are only counted.
    /// - Returns: a stream of joined pairs.
    @inlinable
    public func temporalJoin(
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }, late: SideOutput<Left>? = nil
    ) -> Stream<Joined<Key, Left, Right>> {
        temporalJoin(kind: .inner, deleting: deleting, late: late)
    }
}

extension JoinedStream where Left: Sendable, Right: StateValue {
    /// Joins each left record with the latest right record of its key; left records without one are not emitted.
    ///
    /// As `streamTableJoin(kind:deleting:)` with the kind `.inner`.
    ///
    /// ```swift
    /// orders.joined(with: customerChanges, on: \.customer, equals: \.id)
    ///     .streamTableJoin(deleting: { $0.isDeleted })
    ///     .map { Enriched($0.left, $0.right) }
    /// ```
    ///
    /// - Parameter deleting: returns whether a right record deletes its key from the table. Default: none does.
    /// - Returns: a stream of joined pairs.
    @inlinable
    public func streamTableJoin(
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }
    ) -> Stream<Joined<Key, Left, Right>> {
        streamTableJoin(kind: .inner, deleting: deleting)
    }
}
