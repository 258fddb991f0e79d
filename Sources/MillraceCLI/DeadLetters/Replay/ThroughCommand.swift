import Foundation
import MillraceKafka

/// A shell command that corrects values (`--through`). It runs once per record, with the value on its standard input;
/// its standard output is the new value. Its standard error is passed through.
struct ThroughCommand {
    let command: String

    /// The result for a record.
    enum Outcome: Equatable {
        case value([UInt8])
        /// The command has failed for the record, with this reason.
        case refused(String)
    }

    /// The size limit of a value, in bytes. More output indicates a command that does not end.
    private static let longestOutput = 64 << 20
    /// The exit statuses of a shell that cannot run the command. They concern the command, not the record.
    private static let notRun: Set<Int32> = [126, 127]

    func mend(_ letter: DeadLetterRecord) throws -> Outcome {
        let input = try Self.file(of: letter.value ?? [])
        defer { try? input.close() }
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = environment(letter)
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch {
            throw CommandError("/bin/sh cannot be started for --through: \(error.localizedDescription)")
        }
        var value: [UInt8] = []
        while let data = try output.fileHandleForReading.read(upToCount: 65_536), !data.isEmpty {
            value += data
            guard value.count <= Self.longestOutput else {
                process.terminate()
                process.waitUntilExit()
                throw CommandError(
                    "--through '\(command)' wrote more than \(Self.longestOutput) bytes for \(letter.name): see that it "
                        + "ends when its input does")
            }
        }
        process.waitUntilExit()
        return try outcome(process, value, letter)
    }

    private func outcome(_ process: Process, _ value: [UInt8], _ letter: DeadLetterRecord) throws -> Outcome {
        let status = process.terminationStatus
        if process.terminationReason == .uncaughtSignal { return .refused("the command was ended by signal \(status)") }
        if Self.notRun.contains(status) {
            throw CommandError(
                "--through '\(command)' cannot be run (status \(status)): see that it is there, and may be executed")
        }
        if status != 0 { return .refused("the command ended with status \(status)") }
        return .value(value)
    }

    private func environment(_ letter: DeadLetterRecord) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["MILLRACE_KEY"] = letter.key.map(ShownBytes.word) ?? ""
        environment["MILLRACE_REASON"] = letter.reason ?? ""
        environment["MILLRACE_TOPIC"] = letter.originTopic ?? ""
        return environment
    }

    /// Creates an unnamed file with the value. Unlike a pipe, it cannot block if the command does not read its input.
    private static func file(of bytes: [UInt8]) throws -> FileHandle {
        guard let file = tmpfile() else {
            throw CommandError("no temporary file can be made for --through: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else {
            throw CommandError("a temporary file for --through cannot be written: see that the disk is not full")
        }
        rewind(file)
        let descriptor = dup(fileno(file))
        guard descriptor >= 0 else { throw CommandError("too many files are open for --through") }
        lseek(descriptor, 0, SEEK_SET)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
