import Logging

/// What a keyed task does when its tables take more than their budget: it has them drop what the store has; where too much
/// waits for a checkpoint, it asks for one, and source tasks read no more until it is stored.
///
/// The task itself does not wait: the barrier lies in its inbox behind records. What comes in meanwhile is what channels
/// hold, and no more than that goes beyond the budget.
struct MemoryPressure {
    /// Source tasks are held back until this checkpoint is stored, or there is room before that.
    private var awaited: UInt64?
    /// The last stored checkpoint when the tables could not drop enough: it would be in vain again before the next one.
    private var vainSince: UInt64?
    private var hasWarned = false
    /// What cannot leave takes more than the budget: only what comes on top of this counts.
    private var floor = 0

    /// Between two batches.
    mutating func relieve(_ context: TaskContext) {
        let budget = context.budget
        let run = context.run
        if budget.hasChangesUnderWay { budget.giveBackChanges(upTo: run.horizon.value) }
        if budget.needed <= budget.limit { floor = 0 }
        guard budget.isExceeded || awaited != nil else { return }
        let stored = run.horizon.value
        if budget.needed <= max(budget.limit, floor) {
            budget.giveIn()
            return goOn(run)
        }
        guard run.store != nil else {
            budget.giveIn()
            return warn(
                run, "tables take more than the memory budget, and leave memory only where checkpoints are stored")
        }
        if vainSince != stored {
            if budget.reclaim() { return goOn(run) }
            vainSince = stored
        }
        if let awaited, stored >= awaited {
            // All that could be stored is, and it is still too much.
            floor = budget.needed + budget.needed / 8
            budget.giveIn()
            warn(run, "what cannot leave memory takes more than the memory budget")
            return goOn(run)
        }
        // A checkpoint under way may be enough; the one that ends this epoch is.
        if awaited == nil {
            awaited = context.epoch.value
            run.control.holdBack()
            run.requestCheckpoint()
        }
    }

    private mutating func goOn(_ run: RunContext) {
        if awaited == nil { return }
        awaited = nil
        run.control.goOn()
    }

    private mutating func warn(_ run: RunContext, _ message: String) {
        if hasWarned { return }
        hasWarned = true
        run.options.logger.warning("\(message) (\(run.options.memoryBudget >> 20) MiB)")
    }
}
