import Logging

/// The reaction of a keyed task to tables that exceed their memory budget: it removes entries from memory that the
/// store has. If too many entries have changed since the last checkpoint, it requests one, and source tasks pause until
/// it is stored.
///
/// The task itself does not pause, because the barrier is in its inbox behind records. The budget can therefore be
/// exceeded by the contents of the channels.
struct MemoryPressure {
    /// The checkpoint for which source tasks are paused, unless there is room before that.
    private var awaited: UInt64?
    /// The last stored checkpoint when the tables could not free enough. Another attempt before the next one would be
    /// in vain.
    private var vainSince: UInt64?
    private var hasWarned = false
    /// The memory taken by what cannot be removed, if that is more than the budget; only an increase beyond it counts.
    private var floor = 0

    /// Called between two batches.
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
                run, "keyed state exceeds the memory budget, and can leave memory only if checkpoints are stored")
        }
        if vainSince != stored {
            if budget.reclaim() { return goOn(run) }
            vainSince = stored
        }
        if let awaited, stored >= awaited {
            // Everything that can be stored has been stored, and it is still too much.
            floor = budget.needed + budget.needed / 8
            budget.giveIn()
            warn(run, "keyed state that cannot leave memory exceeds the memory budget")
            return goOn(run)
        }
        // A checkpoint in progress may be sufficient; the one that ends this epoch is.
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
