import Foundation
import MillraceSQL
import MillraceTesting
import Testing

@testable import Millrace

/// The database is away for a while.
@Suite(.serialized) struct AwayTests {
    struct Setting {
        let folder: TemporaryFolder
        let database: any SQLDatabase
        let outage: Outage
        let log = CapturedLog()

        init(_ kind: DatabaseKind) throws {
            folder = try TemporaryFolder()
            (database, outage) = try Outage.make(kind, in: folder)
            try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")
        }

        /// Twenty numbers; the outage begins with the seventh.
        func pipeline(_ mode: TableMode, retryTimeout: Duration, outage begins: Switch) -> Pipeline {
            let script = (0..<20).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(4))] }
            return Pipeline("numbers") { [database, outage] graph in
                graph.source(ScriptedSource([script]))
                    .sink(
                        database.table("numbers", columns: ["n"], mode: mode, retryTimeout: retryTimeout) { number in
                            if number == 7, begins.flip() { outage.begin() }
                            return [.init(number)]
                        }, name: "out")
            }
        }

        var test: PipelineTest {
            var test = PipelineTest(
                seed: 1, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(10)))
            test.options.logger = log.logger
            return test
        }

        var count: Int { get throws { try database.rows(of: "numbers").count } }
    }

    static let modes = [TableMode.insert, .upsert(keys: ["n"])]

    @Test(arguments: DatabaseKind.allCases, modes)
    func aShortOutageIsSatOutAndSaidOnce(_ kind: DatabaseKind, _ mode: TableMode) throws {
        let setting = try Setting(kind)
        let begins = Switch()
        let outage = setting.outage
        Thread.detachNewThread {
            while !begins.isFlipped { Thread.sleep(forTimeInterval: 0.005) }
            Thread.sleep(forTimeInterval: 0.6)
            outage.end()
        }
        try setting.test.run(setting.pipeline(mode, retryTimeout: .seconds(30), outage: begins))
        #expect(try setting.count == 20)
        #expect(setting.log.lines.count { $0.contains("tried again for up to 30.0 s") } == 1)
        #expect(setting.log.lines.count { $0.contains("done after") } == 1)
    }

    @Test(arguments: DatabaseKind.allCases, modes)
    func aLongOneFailsTheRunAndLosesNothing(_ kind: DatabaseKind, _ mode: TableMode) throws {
        let setting = try Setting(kind)
        let pipeline = setting.pipeline(mode, retryTimeout: .milliseconds(150), outage: Switch())
        let error = #expect(throws: PipelineError.self) { try setting.test.run(pipeline) }
        expect(error, names: "operator out", "checkpoint", setting.database.summary, "for 0.2 s", "attempts")
        setting.outage.end()
        // The restart strategy would have done the same.
        try setting.test.run(pipeline)
        #expect(try setting.count == 20)
    }

    @Test(arguments: DatabaseKind.allCases)
    func theRestartStrategyAppliesAtItsStartToo(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        let begins = Switch()
        let pipeline = setting.pipeline(.insert, retryTimeout: .milliseconds(50), outage: begins)
        var test = setting.test
        test.options.restart = .fixedDelay(attempts: 1_000, delay: .milliseconds(1))
        let outage = setting.outage
        Thread.detachNewThread {
            while !begins.isFlipped { Thread.sleep(forTimeInterval: 0.005) }
            Thread.sleep(forTimeInterval: 0.8)
            outage.end()
        }
        let status = try test.run(pipeline)
        #expect(status.restarts > 1)
        #expect(try setting.count == 20)
    }
}
