import Foundation
import Testing

@testable import FlightDelays

/// The real program, killed for real.
@Suite(.serialized) struct KillTests {
    /// Kills the program with SIGKILL at 20 random moments; the output holds exactly the lines of an undisturbed run.
    @Test func twentyKillsLoseAndDoubleNothing() throws {
        let program = try FlightProgram()
        defer { program.remove() }
        #expect(try program.run("calm") == 0)
        let expected = try program.lines("calm")
        #expect(expected.count > 100)

        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(state: seed)
        print("kill test: seed \(seed)")
        for _ in 0..<20 {
            let process = try program.start(
                "killed", parallelism: Int.random(in: 1...4, using: &random), rate: 250)
            Thread.sleep(forTimeInterval: Double.random(in: 0.02...0.45, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        #expect(try program.run("killed", parallelism: 3) == 0, "seed \(seed)")
        #expect(try program.lines("killed") == expected, "seed \(seed)")
        #expect(try program.leftovers("killed").isEmpty, "seed \(seed)")
    }

    /// SIGTERM drains, takes a last checkpoint and exits with 0; the next start goes on from there.
    @Test func termination() throws {
        let program = try FlightProgram()
        defer { program.remove() }
        #expect(try program.run("calm") == 0)
        for _ in 0..<3 {
            let process = try program.start("stopped", parallelism: 2, rate: 200)
            Thread.sleep(forTimeInterval: 0.5)
            process.terminate()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit)
            #expect(process.terminationStatus == 0)
        }
        #expect(try program.run("stopped") == 0)
        #expect(try program.lines("stopped") == program.lines("calm"))
    }

    /// The result against one worked out by brute force from the text of the files.
    @Test func agreesWithBruteForce() throws {
        let program = try FlightProgram()
        defer { program.remove() }
        #expect(try program.run("calm") == 0)
        var hours: [String: [Double]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: program.input) {
            let text = try String(contentsOfFile: program.input + "/" + name, encoding: .utf8)
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                guard let delay = Double(fields[5]) else { continue }
                let date = [fields[1], fields[2], fields[16]].map { $0.count < 2 ? "0" + $0 : $0 }
                hours["\(fields[12]) \(fields[0])-\(date[0])-\(date[1])T\(date[2]):00:00Z", default: []].append(delay)
            }
        }
        let expected = hours.map { key, delays in
            "\(key) \(delays.count) \(delays.count { $0 >= 15 }) \(delays.max() ?? 0)"
        }.sorted()
        let found = try WorstHours.read(from: program.output("calm")).map {
            "\($0.airport) \($0.hour) \($0.flights) \($0.delayed) \($0.worstMinutes)"
        }.sorted()
        #expect(found == expected)
    }
}

struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
