import Foundation
import Testing

/// A state file with damage anywhere in it: the program names the file and exits, or, where nothing read the damaged
/// bytes, gives the right result. It never dies of a signal and never gives a wrong result.
@Suite struct DamageTests {
    enum Damage: CaseIterable {
        case flippedBit, garbagePage, zeroPage, garbage, cutShort

        func apply(to bytes: inout Data, _ random: inout SeededGenerator) -> Int {
            let page = Int.random(in: 0..<bytes.count / 4096, using: &random) * 4096
            let place = Int.random(in: 0..<bytes.count - 600, using: &random)
            switch self {
            case .flippedBit:
                let within = Bool.random(using: &random) ? 64 : 4096
                let byte = page + Int.random(in: 0..<within, using: &random)
                bytes[byte] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                return byte
            case .garbagePage:
                for byte in page..<page + 4096 { bytes[byte] = UInt8.random(in: 0...255, using: &random) }
                return page
            case .zeroPage:
                bytes.resetBytes(in: page..<page + 4096)
                return page
            case .garbage:
                for byte in place..<place + 500 { bytes[byte] = UInt8.random(in: 0...255, using: &random) }
                return place
            case .cutShort:
                bytes = bytes.prefix(place)
                return place
            }
        }
    }

    @Test func damageAnywhereIsNamedOrHarmless() throws {
        let program = try FlightProgram()
        defer { program.remove() }
        #expect(try program.run("calm") == 0)
        let expected = try program.lines("calm")
        // Enough checkpoints that some of the state is in the tree and some in the journal.
        let process = try program.start("half", parallelism: 2, rate: 400)
        Thread.sleep(forTimeInterval: 1)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()

        let seed = UInt64.random(in: 0...UInt64.max)
        print("damage test: seed \(seed)")
        var random = SeededGenerator(state: seed)
        for round in 0..<30 {
            let damage = Damage.allCases[round % Damage.allCases.count]
            let name = "damaged-\(round)"
            try program.copy("half", to: name)
            let file = URL(fileURLWithPath: program.state(name) + "/data.mdb")
            var bytes = try Data(contentsOf: file)
            let place = damage.apply(to: &bytes, &random)
            try bytes.write(to: file)
            let title: Comment = "\(damage) at byte \(place), seed \(seed), round \(round)"
            let (reason, status, message) = try program.runForMessage(name)
            #expect(reason == .exit, title)
            if status == 0 {
                #expect(try program.lines(name) == expected, title)
            } else {
                #expect(message.contains("data.mdb") && message.contains("damaged"), "\(title): \(message)")
            }
        }
    }
}

extension FlightProgram {
    func state(_ name: String) -> String { folder + "/state-" + name }

    /// Copies output and state.
    func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(atPath: state(name), toPath: state(other))
        try FileManager.default.copyItem(atPath: output(name), toPath: output(other))
    }

    /// Runs to the end; how it ended, and what it said on standard error.
    func runForMessage(_ name: String) throws -> (Process.TerminationReason, Int32, String) {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = [
            "run", "--input", input, "--output", output(name), "--state", state(name), "--checkpoint-every", "50ms",
            "--quiet",
        ]
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let message = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationReason, process.terminationStatus, String(decoding: message, as: UTF8.self))
    }
}
