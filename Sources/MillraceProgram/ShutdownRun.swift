import Foundation
import Logging
import Millrace
import ServiceLifecycle
import Synchronization

/// Runs a pipeline as a service, which is drained and takes a last checkpoint at SIGTERM and SIGINT.
struct ShutdownRun {
    let pipeline: Pipeline
    let options: RunOptions

    /// Runs the pipeline and returns its final status.
    func run() async throws -> PipelineStatus? {
        var logger = Logger(label: pipeline.name)
        logger.logLevel = .error
        let stop = PipelineStop()
        let forced = ForcedEnd(stop, limit: options.stopTimeout)
        defer { forced.withdraw() }
        let service = StatusService(pipeline: pipeline, options: options, stop: stop)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup)
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do { try await group.run() } catch let error as PipelineError {
            // Some tasks are still running: a regular exit would wait for them or tear down what they use.
            if case .notEnded = error { ForcedEnd.end("error: \(error)") }
            throw error
        }
        return service.status
    }
}

/// A pipeline service that keeps the status it ended with.
private final class StatusService: Service {
    private let pipeline: Pipeline
    private let options: RunOptions
    private let stop: PipelineStop
    private let last = Mutex<PipelineStatus?>(nil)

    init(pipeline: Pipeline, options: RunOptions, stop: PipelineStop) {
        self.pipeline = pipeline
        self.options = options
        self.stop = stop
    }

    var status: PipelineStatus? { last.withLock { $0 } }

    func run() async throws {
        let status = try await pipeline.run(options, stop: stop)
        last.withLock { $0 = status }
    }
}
