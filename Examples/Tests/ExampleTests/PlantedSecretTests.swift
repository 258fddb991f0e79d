import Foundation
import PostgresTestServer
import Synchronization
import Testing

/// Programs that were given a password show it nowhere: not in their output, the arguments of any process, nor in any file.
@Suite(.timeLimit(.minutes(10))) struct PlantedSecretTests {
    static let secret = "pl4nt3d-\(UUID().uuidString)"
    /// Looks for the secret while programs run.
    final class Search: Sendable {
        private struct State {
            var isOver = false
            var found: Set<String> = []
            var files: Set<String> = []
            var processes = 0
        }

        private let state = Mutex(State())
        private let folder: String
        private let pattern = Data(PlantedSecretTests.secret.utf8)

        init(folder: String) { self.folder = folder }

        func start() {
            Thread.detachNewThread { [self] in
                while !state.withLock({ $0.isOver }) {
                    look()
                    Thread.sleep(forTimeInterval: 0.05)
                }
            }
        }

        /// What had it, how many kinds of files there were, and the most processes.
        func stop() -> (found: [String], files: Int, processes: Int) {
            look()
            return state.withLock { state in
                state.isOver = true
                return (state.found.sorted(), state.files.count, state.processes)
            }
        }

        private func look() {
            let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            var count = 0
            for process in processes where Int(process) != nil {
                guard let arguments = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { continue }
                if arguments.range(of: Data("DatasetImport".utf8)) != nil { count += 1 }
                if arguments.range(of: pattern) != nil {
                    note("argument: " + String(decoding: arguments, as: UTF8.self))
                }
            }
            state.withLock { $0.processes = max($0.processes, count) }
            for name in FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [] {
                guard let bytes = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
                _ = state.withLock { $0.files.insert((name as NSString).lastPathComponent) }
                if bytes.range(of: pattern) != nil { note("file: " + name) }
            }
        }

        private func note(_ what: String) { _ = state.withLock { $0.found.insert(what) } }
    }

    /// An import by several processes with a record that its table refuses, one of them killed.
    @Test func anImportShowsNoPassword() throws {
        let name = try #require(PostgresTestServer.shared.get().makeDatabase().split(separator: "=").last)
        let folder = try TemporaryFolder()
        let input = folder.file("input")
        try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: ProgramRun.root.appending(path: "Examples/Data/flights/2013-01.csv").path,
            toPath: input + "/2013-01.csv")
        let socket = try PostgresTestServer.shared.get().folder
        let address = "postgresql://test:\(Self.secret)@/\(name)?host=\(socket)"
        let search = Search(folder: folder.path)
        search.start()
        var texts: [String] = []
        for way in ["batch-table", "single-loop"] {
            let run = try ProgramRun(
                "DatasetImport",
                ["--way", way, "--input", input, "--limit", "1500", "--size", "100", "--poison", "555"],
                database: address, temporary: folder)
            #expect(run.status == 0, "\(run.text)")
            #expect(run.text.contains("instance-1 is killed") && run.text.contains(": failed; "), "\(run.text)")
            texts.append(run.text)
        }
        let jobs = try ProgramRun("millrace", ["jobs"], database: address, temporary: folder)
        #expect(jobs.status == 0 && jobs.text.contains("failed"), "\(jobs.text)")
        let (found, files, processes) = search.stop()
        #expect(found.isEmpty)
        // It has looked where there was something to see.
        #expect(files > 3 && processes > 2, "\(files) files, \(processes) processes")
        for text in texts + [jobs.text] { #expect(!text.contains(Self.secret), "\(text)") }
    }

    /// What goes wrong before anything is done.
    @Test(arguments: [
        "postgresql://test:\(secret)@/nonesuch?host=SOCKET", "postgresql://nobody:\(secret)@/postgres?host=SOCKET",
        "postgresql://test:\(secret)@127.0.0.1:1/postgres", "postgresql://test:\(secret)@127.0.0.1:port/postgres",
        "postgresql://test:\(secret)@no.such.host.invalid/postgres", "postgresql://test@/postgres?pasword=\(secret)",
        "postgres:/test:\(secret)@localhost/postgres", "mysql://test:\(secret)@localhost/test", "\(secret)",
    ])
    func errorsShowNoPassword(template: String) throws {
        let folder = try TemporaryFolder()
        let address = template.replacing("SOCKET", with: try PostgresTestServer.shared.get().folder)
        let run = try ProgramRun("millrace", ["jobs"], database: address, temporary: folder)
        #expect(run.status != 0 && !run.text.isEmpty && !run.text.contains(Self.secret), "\(run.text)")
        for (program, arguments) in [("millrace", ["jobs"]), ("DatasetImport", ["verdict"]), ("BulkInsert", [])] {
            let run = try ProgramRun(program, arguments + ["--database", address], temporary: folder)
            #expect(run.status != 0 && !run.text.isEmpty && !run.text.contains(Self.secret), "\(program): \(run.text)")
        }
    }
}
