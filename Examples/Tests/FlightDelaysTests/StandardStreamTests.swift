import Foundation
import Testing

/// Standard output and error that take nothing: a full disk, a closed descriptor, a pipe whose reader has gone. A run goes
/// on without its progress line.
@Suite struct StandardStreamTests {
    static let redirections = ["2>/dev/full", "2>&-", ">/dev/full 2>&1", ">&- 2>&-", "2>&1 | true", "<&- >&- 2>&-"]

    @Test func aRunGoesOnWithoutThem() throws {
        let program = try FlightProgram()
        defer { program.remove() }
        #expect(try program.run("plain") == 0)
        let expected = try program.lines("plain")
        for (number, redirection) in Self.redirections.enumerated() {
            let name = "stream-\(number)"
            let words = [
                FlightProgram.executable.path, "run", "--input", program.input, "--output", program.output(name),
                "--state", program.folder + "/state-" + name,
            ]
            let command = words.map { "'\($0)'" }.joined(separator: " ")
            // The program's status, also in front of a pipe.
            let (status, _) = try Self.shell("{ \(command); echo $? >'\(program.folder)/status'; } \(redirection)")
            let own = try String(contentsOfFile: program.folder + "/status", encoding: .utf8)
            #expect(own == "0\n" && status == 0, "\(redirection): \(own)")
            #expect(try program.lines(name) == expected, "\(redirection)")
        }
    }

    /// An error message that nobody can read: the exit status says it.
    @Test func anErrorIsToldByTheStatus() throws {
        let program = try FlightProgram()
        defer { program.remove() }
        for redirection in ["2>/dev/full", "2>&-"] {
            let (status, _) = try Self.shell(
                "'\(FlightProgram.executable.path)' run --input '\(program.folder)/nothing' --output '\(program.output("x"))' --state '\(program.folder)/s' \(redirection)"
            )
            #expect(status == 1, "\(redirection): \(status)")
        }
    }

    private static func shell(_ command: String) throws -> (status: Int32, reason: Process.TerminationReason) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, process.terminationReason)
    }
}
