import Testing

/// The compiler keeps the arrows between modules. Between the folders of a module these tests do.
@Suite struct FolderOrderTests {
    /// Each folder uses those before it only.
    static let order: [String: [String]] = [
        "MillraceState": [
            "Failures", "Identifiers", "Values", "Keys", "Codable", "Records", "Runs", "Manifest", "Store", "Table",
            "Inspection",
        ],
        "Millrace": [
            "Failures", "Clocks", "Checkpoint", "Delivery", "Connectors", "Observing", "Tasks", "Graph", "Aggregates",
            "Windows", "Operators", "Batches", "Joins", "Patterns", "Runtime", SourceTree.top,
        ],
        "MillraceFiles": ["Compression", "Reading", "Writing", "CSV", "JSONLines", SourceTree.top],
        "MillraceJSON": ["Syntax", "Document", "Decoding", "Encoding", "Records"],
        "MillraceKafka": ["Records", "Source", "Sink", SourceTree.top, "Delivery"],
        "KafkaTestBroker": ["Wire", "Log", "Groups", "Transactions", "Server", "Requests", SourceTree.top],
        "MillraceCLI": ["Terminal", "Checkpoints", "DeadLetters", SourceTree.top],
    ]

    @Test(arguments: order.keys.sorted())
    func foldersUseOnlyThoseBefore(module: String) throws {
        let order = try #require(Self.order[module])
        let tree = try SourceTree(module: module)
        #expect(tree.folders.subtracting(order) == [], "folders without a place in the order")
        for use in tree.uses {
            let (from, to) = (order.firstIndex(of: use.from) ?? 0, order.firstIndex(of: use.to) ?? 0)
            #expect(to < from, "\(use), which comes after \(use.from)")
        }
    }

    @Test func noModuleHasACircle() throws {
        let modules = try SourceTree.modules
        #expect(modules.count > 15)
        for module in modules {
            let tree = try SourceTree(module: module)
            #expect(tree.circle.isEmpty, "\(module)")
            #expect(tree.folders.count == 1 || Self.order[module] != nil, "\(module) has folders and no order of them")
        }
    }

    /// The test would see it.
    @Test func aCircleIsFound() {
        let tree = SourceTree([
            ("A/One.swift", "A", SwiftText("struct One { let two: Two? }")),
            ("B/Two.swift", "B", SwiftText("final class Two { func f() -> String { \"\\(One(two: nil))\" } }")),
            ("C/Three.swift", "C", SwiftText("enum Three { /* One */ case a } // Two\nprivate struct One {}")),
        ])
        #expect(tree.circle == ["A", "B"])
        #expect(
            tree.uses == [
                SourceTree.Use(from: "A", to: "B", file: "A/One.swift", type: "Two"),
                SourceTree.Use(from: "B", to: "A", file: "B/Two.swift", type: "One"),
            ])
    }

    @Test func filesAreShort() throws {
        let files = try SourceTree.lengths()
        #expect(files.count > 700)
        for (file, lines) in files { #expect(lines <= 400, "\(file) has \(lines) lines") }
    }
}
