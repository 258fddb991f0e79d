import ArgumentParser
import Millrace
import ServiceLifecycle

/// `instance`: one of several processes that work on a job until they are stopped (SIGTERM), or until its end in the
/// single loop.
struct Instance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Works on a job until it is stopped; in the single loop until its end.")

    @OptionGroup var setting: Setting

    @Option(help: "This instance's name.")
    var name: String

    @Option(help: "Milliseconds that a batch takes longer, to watch it work.")
    var delay = 0

    @Option(help: "Folder of CSV files, for the single loop.")
    var input = "Examples/Data/flights"

    @Option(help: "Flights, for the single loop.")
    var limit = 20_000

    @Option(help: "Flights a batch.")
    var size = 250

    @Option(help: "The number of a flight that lacks its distance, for the single loop.")
    var poison: Int?

    func run() async throws {
        let table = try setting.table()
        try await table.create()
        switch setting.way {
        case .batchTable:
            try await serve([
                BatchTable.worker(setting, table, name: name, delay: delay).service(setting.shared),
                BatchTable.ledger(setting, table).service(setting.standBy("ledger")),
            ])
        case .awaitAndPoll:
            try await serve([
                AwaitAndPoll.worker(setting, table, name: name, delay: delay).service(setting.shared),
                AwaitAndPoll.Coordinator(setting: setting, table: table),
            ])
        case .singleLoop:
            let flights = try await Flight.read(input, limit: limit, poison: poison)
            try await table.require(flights, job: setting.job)
            let pipeline = SingleLoop.pipeline(setting, table, flights, size: size, delay: delay)
            try await pipeline.run(setting.standBy("loop"))
            throw try await Verdict.exitCode(setting)
        }
    }

    private func serve(_ services: [any Service]) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .ignore) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: setting.logger))
        do { try await group.run() } catch is CancellationError {}
    }
}
