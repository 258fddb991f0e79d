import Foundation
import Testing

/// The picture of the README is that of the program.
@Suite struct PictureTests {
    @Test func theReadmeShowsTheGraph() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = FlightProgram.executable
        process.arguments = ["graph", "--format", "svg"]
        process.standardOutput = output
        try process.run()
        let drawn = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let picture = "Docs/images/flight-delays.svg"
        let shown = try Data(contentsOf: URL(filePath: FlightProgram.package).appending(path: picture))
        #expect(drawn == shown, "Draw it again: FlightDelays graph --format svg > \(picture)")
    }
}
