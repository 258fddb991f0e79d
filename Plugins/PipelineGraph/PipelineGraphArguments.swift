import PackagePlugin

/// What the user asked for.
struct PipelineGraphArguments {
    /// Formats that `graph --format` knows, each with the ending of its files.
    private static let endings = ["svg": "svg", "mermaid": "mmd", "dot": "dot", "text": "txt"]

    static let usage = """
        Usage: swift package pipeline-graph [--target <name>] [--format svg|mermaid|dot|text] [--output <path>]
                                            [-- <arguments>]

          --target   the executable target of the pipeline program; not needed if there is only one
          --format   svg unless given
          --output   a file, or - for the terminal; a file in the plugin's work directory unless given
          --         what follows goes to the program, after 'graph': options that it cannot do without

        SwiftPM asks before it lets a plugin write into a package. To answer beforehand:
        swift package --allow-writing-to-package-directory pipeline-graph ...
        """

    var target: String?
    var format: String
    /// `nil` for the work directory.
    var output: String?
    var wantsHelp: Bool
    /// What stands after `--`.
    var programArguments: [String]

    init(_ all: [String]) throws(PipelineGraphError) {
        let arguments = Array(all.prefix { $0 != "--" })
        programArguments = Array(all.dropFirst(arguments.count + 1))
        // The extractor drops an option that stands last without its value.
        if let last = arguments.last, ["--target", "--format", "--output"].contains(last) {
            throw .unusableArguments("\(last) needs a value")
        }
        var extractor = ArgumentExtractor(arguments)
        wantsHelp = extractor.extractFlag(named: "help") > 0
        let targets = extractor.extractOption(named: "target")
        let formats = extractor.extractOption(named: "format")
        let outputs = extractor.extractOption(named: "output")
        for (name, values) in [("target", targets), ("format", formats), ("output", outputs)] where values.count > 1 {
            throw .unusableArguments("--\(name) is given more than once")
        }
        if let stray = extractor.remainingArguments.first {
            throw .unusableArguments("unexpected argument '\(stray)'")
        }
        target = targets.first
        format = formats.first ?? "svg"
        output = outputs.first
        guard Self.endings[format] != nil else {
            throw .unusableArguments("there is no format '\(format)'")
        }
    }

    /// Ending of a file in the format asked for.
    var fileExtension: String { Self.endings[format] ?? format }
}
