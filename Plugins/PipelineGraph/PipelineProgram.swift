import Foundation
import PackagePlugin

/// A built pipeline program.
struct PipelineProgram {
    /// The executable target's name.
    let target: String
    let executable: URL

    /// Builds the program in the configuration that `swift package` was called with.
    static func build(_ target: any SourceModuleTarget, in package: Package, using manager: PackageManager) throws
        -> Self
    {
        let products = package.products(ofType: ExecutableProduct.self)
        let product = products.first { $0.mainTarget.id == target.id }
        let name = product?.name ?? target.name
        let subset = product.map { PackageManager.BuildSubset.product($0.name) } ?? .target(target.name)
        let result = try manager.build(subset, parameters: .init(configuration: .inherit))
        guard result.succeeded else {
            throw PipelineGraphError.buildFailed(target: target.name, log: result.logText)
        }
        let executables = result.builtArtifacts.filter { $0.kind == .executable }
        guard let artifact = executables.first(where: { $0.url.deletingPathExtension().lastPathComponent == name })
        else {
            throw PipelineGraphError.executableMissing(product: name)
        }
        return Self(target: target.name, executable: artifact.url)
    }

    /// Runs `graph --format FORMAT ARGUMENTS` in `directory` and returns what it writes to its standard output.
    ///
    /// Both streams go to files in `scratch`: a pipe that nobody reads would stop a talkative program for good.
    func graph(format: String, arguments: [String], directory: URL, scratch: URL) throws -> Data {
        let output = scratch.appendingPathComponent("\(target).stdout")
        let errors = scratch.appendingPathComponent("\(target).stderr")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        for file in [output, errors] { try Data().write(to: file) }
        defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }

        let process = Process()
        process.executableURL = executable
        process.arguments = ["graph", "--format", format] + arguments
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()

        let command = ([executable.lastPathComponent, "graph", "--format", format] + arguments).joined(separator: " ")
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let status = process.terminationStatus
            throw PipelineGraphError.programFailed(
                target: target, command: command,
                ending: process.terminationReason == .exit
                    ? "failed with status \(status)" : "died of signal \(status)",
                output: try Self.tail(of: errors))
        }
        let graph = try Data(contentsOf: output)
        if graph.isEmpty { throw PipelineGraphError.programSilent(target: target, command: command) }
        return graph
    }

    /// The last lines: with a program that logs much, the reason stands at the end.
    private static func tail(of file: URL, lines: Int = 40) throws -> String {
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        return all.suffix(lines).joined(separator: "\n")
    }
}
