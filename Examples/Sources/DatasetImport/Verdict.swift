import ArgumentParser
import MillraceJobs

/// `verdict`: waits for a job's end; the exit code is 0 if it is completed, 1 if it failed.
struct Verdict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Waits for a job's end: exit code 0 if it is completed, 1 if it failed.")

    @OptionGroup var setting: Setting

    func run() async throws { throw try await Self.exitCode(setting) }

    static func exitCode(_ setting: Setting) async throws -> ExitCode {
        let board = JobBoard(try setting.openDatabase())
        while true {
            switch try await board.status(of: setting.job)?.phase {
            case .completed: return .success
            case .failed: return .failure
            default: try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
