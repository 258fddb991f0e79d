extension TaskContext {
    /// Advances the operators' processing time. Returns when they want to be notified next, on the run's clock.
    func tellTime() throws -> Duration? {
        var deadline: Duration?
        let now = run.options.clock.now
        let wallTime = run.processing.now
        processingTime = wallTime
        do {
            for instance in instances {
                if let next = try instance.advanceProcessingTime(wallTime) {
                    let wait = max(next.timeSince(wallTime), .milliseconds(1))
                    deadline = min(deadline ?? now + wait, now + wait)
                }
            }
        } catch { throw run.located(error, self) }
        return deadline
    }

    /// Returns the watermark, held back by the records that operators keep.
    func held(_ watermark: Watermark) -> Watermark { held(watermark, from: self.watermark) }

    /// Does the same for a receiver whose watermark is `told` and must not go back.
    func held(_ watermark: Watermark, from told: Watermark) -> Watermark {
        if holders.isEmpty || watermark == .end { return watermark }
        var held = watermark
        for holder in holders {
            guard let time = holder.heldTime() else { continue }
            if time <= held.time { held.time = max(watermarkBefore(time), told.time) }
            // Not idle: records are still in flight.
            held.isIdle = false
        }
        return held
    }

    private func watermarkBefore(_ time: Timestamp) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds == .min ? .min : time.milliseconds - 1)
    }

    /// Advances every operator's event time, and waits where channels are full.
    func advanceInstances(to watermark: Watermark) async throws {
        var hasWaited = false
        for instance in instances {
            do {
                while try !instance.advance(watermark) {
                    try await drainInstances()
                    for output in outputs { output.flush() }
                    stateReader?.release()
                    while isCongested {
                        try run.checkNotAborted()
                        await signal.wait()
                        try await drainInstances()
                        for output in outputs { output.flush() }
                        hasWaited = true
                    }
                }
            } catch { throw run.located(error, self) }
            try await drainInstances()
        }
        if hasWaited { signal.wake() }
    }

    /// Waits until the operators have emitted all results of the current records.
    func drainInstances() async throws {
        guard mayWait else { return }
        var hasWaited = false
        do {
            while try !passOnWhatIsReady() {
                try run.checkNotAborted()
                for output in outputs { output.flush() }
                await signal.wait()
                hasWaited = true
            }
        } catch { throw run.located(error, self) }
        // The wake-up may have been for the task's loop (input, a barrier), which therefore checks again before it
        // waits.
        if hasWaited { signal.wake() }
    }

    /// Drains every operator; returns true when none has to wait. All of them after each wait, because they share one
    /// signal.
    private func passOnWhatIsReady() throws -> Bool {
        var isAll = true
        for instance in instances {
            if let drain = instance.drain, try !drain() { isAll = false }
        }
        return isAll
    }
}
