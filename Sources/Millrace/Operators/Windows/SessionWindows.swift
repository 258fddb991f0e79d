extension WindowedStream {
    /// Adds the operator for session windows.
    @inlinable
    func aggregateSessions<A: Aggregate>(
        _ gap: Duration, _ aggregate: A, _ onError: ErrorPolicy<Record>
    ) -> Stream<WindowResult<Key, A.Output>> where A.Input == Record {
        let (late, time) = (late, time)
        let lateness = time == .event ? allowedLateness : .zero
        let detail = "\(assigner.shape), \(time) time" + (lateness > .zero ? ", lateness \(lateness)" : "")
        let keyOf = keyed.node.key
        let result: Stream<WindowResult<Key, A.Output>> = keyed.attach("session", detail: detail) {
            context, node, next in
            let sessions = SessionInstance(
                aggregate, gap: gap.wholeMilliseconds, lateness: lateness.wholeMilliseconds, time, context: context,
                node: node, next: next, late: late?.push(in: context),
                failures: FailureHandler(onError, of: node, in: context))
            context.register(sessions, of: node)
            return BatchHandler { batch in try sessions.work(on: batch, keyOf) }
        }
        let node = result.node.producer
        node.addMeaning("sessions with \(detail)")
        node.refuse(problems)
        node.addState("sessions", key: Key.self, value: Session<A.Accumulator>.self)
        node.addState("further sessions", key: Key.self, value: [Session<A.Accumulator>].self)
        return result
    }
}
