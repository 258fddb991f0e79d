import Logging
import Millrace
import ServiceLifecycle
import Synchronization

/// Runs a pipeline as a service: SIGTERM and SIGINT drain it and take a last checkpoint.
struct ShutdownRun {
    let pipeline: Pipeline
    let options: RunOptions

    /// The status at the end.
    func run() async throws -> PipelineStatus? {
        var logger = Logger(label: pipeline.name)
        logger.logLevel = .error
        let service = StatusService(pipeline: pipeline, options: options)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup)
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        return service.status
    }
}

/// A pipeline service that keeps the status it ended with.
private final class StatusService: Service {
    private let pipeline: Pipeline
    private let options: RunOptions
    private let last = Mutex<PipelineStatus?>(nil)

    init(pipeline: Pipeline, options: RunOptions) {
        self.pipeline = pipeline
        self.options = options
    }

    var status: PipelineStatus? { last.withLock { $0 } }

    func run() async throws {
        let status = try await pipeline.run(options)
        last.withLock { $0 = status }
    }
}
