/// Why no graph was written, and what to do.
enum PipelineGraphError: Error, CustomStringConvertible {
    case unusableArguments(String)
    case noExecutables(package: String)
    case targetNeeded(executables: [String])
    case unknownTarget(String, executables: [String])
    case notExecutable(String, executables: [String])
    case buildFailed(target: String, log: String)
    case executableMissing(product: String)
    case programFailed(target: String, command: String, ending: String, output: String)
    case programSilent(target: String, command: String)
    case unwritable(path: String, hint: String, reason: String)

    var description: String {
        switch self {
        case .unusableArguments(let problem):
            "\(problem)\n\(PipelineGraphArguments.usage)"
        case .noExecutables(let package):
            "package '\(package)' has no executable target: declare an .executableTarget that runs a pipeline program"
        case .targetNeeded(let executables):
            "which program? Say --target and one of \(Self.list(executables))"
        case .unknownTarget(let target, let executables):
            "there is no target '\(target)' in this package; executable targets: \(Self.list(executables))"
        case .notExecutable(let target, let executables):
            "target '\(target)' is not executable, so it has no pipeline program to ask; executable targets: "
                + Self.list(executables)
        case .buildFailed(let target, let log):
            "'\(target)' does not build; mend this and run the command again:\n\(log)"
        case .executableMissing(let product):
            "product '\(product)' was built, but SwiftPM names no executable for it; try 'swift build --product \(product)'"
        case .programFailed(let target, let command, let ending, let output):
            "'\(command)' \(ending). A pipeline program of MillraceProgram knows 'graph'; '\(target)' said:\n\(output)"
        case .programSilent(let target, let command):
            "'\(command)' succeeded but wrote no graph; '\(target)' must write it to its standard output"
        case .unwritable(let path, let hint, let reason):
            "cannot write \(path): \(reason)\n\(hint)"
        }
    }

    private static func list(_ executables: [String]) -> String {
        executables.isEmpty ? "none" : executables.joined(separator: ", ")
    }
}
