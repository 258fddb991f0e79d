extension TaskContext {
    /// Tells the operators the time of day; when they want to be told next, on the run's clock.
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

    /// Event time as far as it may go while operators keep records.
    func held(_ watermark: Watermark) -> Watermark { held(watermark, from: self.watermark) }

    /// The same for somebody whose event time is `told`, and does not go back.
    func held(_ watermark: Watermark, from told: Watermark) -> Watermark {
        if holders.isEmpty || watermark == .end { return watermark }
        var held = watermark
        for holder in holders {
            guard let time = holder.heldTime() else { continue }
            if time <= held.time { held.time = max(watermarkBefore(time), told.time) }
            // Not idle: something is still to come.
            held.isIdle = false
        }
        return held
    }

    private func watermarkBefore(_ time: Timestamp) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds == .min ? .min : time.milliseconds - 1)
    }

    /// Tells every instance of event time, and waits with them where channels are full.
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

    /// Waits until the operators have passed on all that follows from the records in hand.
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
        // What woke it may have been for the task's loop (input, a barrier), which looks again before it waits.
        if hasWaited { signal.wake() }
    }

    /// Asks every operator that may have to wait; true when none has to. All of them after each wait, as there is one
    /// signal: what it was set for may have come to an operator that had nothing to wait for a moment ago.
    private func passOnWhatIsReady() throws -> Bool {
        var isAll = true
        for instance in instances {
            if let drain = instance.drain, try !drain() { isAll = false }
        }
        return isAll
    }
}
