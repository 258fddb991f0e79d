extension WindowedStream {
    /// Adds the operator for windows that consist of slices.
    @inlinable
    func aggregateSlices<A: Aggregate>(
        _ slices: SliceAssigner, _ aggregate: A, _ onError: ErrorPolicy<Record>
    ) -> Stream<WindowResult<Key, A.Output>> where A.Input == Record {
        let (late, plan) = (late, plan(slices))
        let keyOf = keyed.node.key
        let result: Stream<WindowResult<Key, A.Output>> = keyed.attach(
            "window", detail: "\(assigner.shape), \(plan.detail)"
        ) { context, node, next in
            let windows = WindowInstance(
                aggregate, plan, context: context, node: node, next: next,
                late: late?.push(in: context), failures: FailureHandler(onError, of: node, in: context))
            context.register(windows, of: node)
            return BatchHandler { batch in try windows.work(on: batch, keyOf) }
        }
        let node = result.node.producer
        node.addMeaning("windows of \(assigner.shape), \(slices.meaning), \(plan.detail)")
        node.refuse(plan.problems)
        node.addState("windows", key: Key.self, value: A.Accumulator.self)
        if slices.shape == .global { node.addState("last times", key: Key.self, value: Int64.self) }
        if plan.trigger.recordCount != nil { node.addState("trigger", key: Key.self, value: Int.self) }
        return result
    }
}
