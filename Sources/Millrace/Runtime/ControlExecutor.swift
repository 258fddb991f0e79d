import Dispatch

/// A thread for the coordinator and the ticker of a run, apart from the thread pool that the tasks share.
final class ControlExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "millrace.control", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
