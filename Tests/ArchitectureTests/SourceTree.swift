import Foundation

/// The folders of one module, and which types of which other folders each of them names.
struct SourceTree {
    /// A type of one folder that is named in another.
    struct Use: Hashable, CustomStringConvertible {
        var from: String
        var to: String
        var file: String
        var type: String
        var description: String { "\(file) names \(type) of \(to)" }
    }

    static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        .standardized

    static var modules: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: sources.path).filter {
                try !swiftFiles(of: $0).isEmpty
            }.sorted()
        }
    }

    private(set) var folders: Set<String> = []
    private(set) var uses: Set<Use> = []

    init(module: String) throws {
        var files: [(path: String, folder: String, text: SwiftText)] = []
        for file in try Self.swiftFiles(of: module) {
            let parts = file.split(separator: "/")
            let folder = parts.count > 1 ? String(parts[0]) : Self.top
            let source = try String(contentsOf: Self.sources.appending(path: "\(module)/\(file)"), encoding: .utf8)
            files.append(("\(module)/\(file)", folder, SwiftText(source)))
        }
        self.init(files)
    }

    /// The files beside the folders: what puts the module together.
    static let top = "(top)"

    init(_ files: [(path: String, folder: String, text: SwiftText)]) {
        folders = Set(files.map(\.folder))
        var home: [String: String] = [:]
        for file in files { for type in file.text.declared { home[type] = file.folder } }
        for file in files {
            for type in file.text.used {
                guard let folder = home[type], folder != file.folder else { continue }
                uses.insert(Use(from: file.folder, to: folder, file: file.path, type: type))
            }
        }
    }

    /// The folders that name each other, directly or through others; none if there is an order in which each names only
    /// those before it.
    var circle: [String] {
        var left = folders
        while true {
            let free = left.filter { folder in
                !uses.contains { $0.from == folder && left.contains($0.to) }
                    || !uses.contains { $0.to == folder && left.contains($0.from) }
            }
            if free.isEmpty { return left.sorted() }
            left.subtract(free)
            if left.isEmpty { return [] }
        }
    }

    /// The lines of each file.
    /// The files of the sources and tests, with their lengths.
    static func lengths() throws -> [(file: String, lines: Int)] {
        let tests = sources.deletingLastPathComponent().appending(path: "Tests")
        return try [sources, tests].flatMap { root in
            let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
            return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.map { file in
                let source = try String(contentsOf: file, encoding: .utf8)
                return (file.path, source.split(separator: "\n", omittingEmptySubsequences: false).count - 1)
            }
        }
    }

    private static func swiftFiles(of module: String) throws -> [String] {
        let folder = sources.appending(path: module).path
        return (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [])
            .filter { $0.hasSuffix(".swift") }.sorted()
    }
}
