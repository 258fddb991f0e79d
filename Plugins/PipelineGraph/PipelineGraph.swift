import Foundation
import PackagePlugin

/// `swift package pipeline-graph --target FlightDelays`: builds a pipeline program and writes its operator graph.
@main
struct PipelineGraph: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) async throws {
        let wishes = try PipelineGraphArguments(arguments)
        if wishes.wantsHelp {
            print(PipelineGraphArguments.usage)
            return
        }
        let target = try Self.target(named: wishes.target, in: context.package)
        let program = try PipelineProgram.build(target, in: context.package, using: packageManager)
        let graph = try program.graph(
            format: wishes.format, arguments: wishes.programArguments, directory: context.package.directoryURL,
            scratch: context.pluginWorkDirectoryURL)
        if wishes.output == "-" {
            FileHandle.standardOutput.write(graph)
            return
        }
        let file =
            wishes.output.map { URL(fileURLWithPath: $0) }
            ?? context.pluginWorkDirectoryURL.appendingPathComponent("\(target.name).\(wishes.fileExtension)")
        try Self.write(graph, to: file, package: context.package.directoryURL)
        print(file.path)
    }

    /// The executable target that the user means; without a name, the only one there is.
    private static func target(named name: String?, in package: Package) throws -> any SourceModuleTarget {
        let executables = package.targets.compactMap { $0 as? any SourceModuleTarget }.filter { $0.kind == .executable }
        let names = executables.map(\.name).sorted()
        guard let name else {
            guard let first = executables.first else {
                throw PipelineGraphError.noExecutables(package: package.displayName)
            }
            guard executables.count == 1 else { throw PipelineGraphError.targetNeeded(executables: names) }
            return first
        }
        if let target = executables.first(where: { $0.name == name }) { return target }
        throw package.targets.contains { $0.name == name }
            ? PipelineGraphError.notExecutable(name, executables: names)
            : PipelineGraphError.unknownTarget(name, executables: names)
    }

    private static func write(_ graph: Data, to file: URL, package: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try graph.write(to: file, options: .atomic)
        } catch {
            let path = file.path
            let isInPackage = file.standardizedFileURL.pathComponents.starts(
                with: package.standardizedFileURL.pathComponents)
            let option =
                isInPackage
                ? "--allow-writing-to-package-directory"
                : "--allow-writing-to-directory \(file.deletingLastPathComponent().path)"
            throw PipelineGraphError.unwritable(
                path: path, hint: "If SwiftPM's sandbox forbids it: swift package \(option) pipeline-graph ...",
                reason: error.localizedDescription)
        }
    }
}
