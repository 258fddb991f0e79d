// swift-tools-version: 6.1
import PackageDescription

let kafka = TargetDependencyCondition.when(traits: ["Kafka"])
let sqlite = TargetDependencyCondition.when(traits: ["SQLite"])
let compression = TargetDependencyCondition.when(traits: ["Compression"])
let postgres = TargetDependencyCondition.when(traits: ["Postgres"])
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["CommandLine"]))

let package = Package(
    name: "millrace",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Millrace", targets: ["Millrace"]),
        .library(name: "MillraceTime", targets: ["MillraceTime"]),
        .library(name: "MillraceRecords", targets: ["MillraceRecords"]),
        .library(name: "MillraceFiles", targets: ["MillraceFiles"]),
        .library(name: "MillraceGraphRendering", targets: ["MillraceGraphRendering"]),
        .library(name: "KafkaTestBroker", targets: ["KafkaTestBroker"]),
        .executable(name: "kafka-test-broker", targets: ["KafkaTestBrokerProgram"]),
        .library(name: "MillraceKafka", targets: ["MillraceKafka"]),
        .library(name: "RDKafka", targets: ["RDKafka"]),
        .library(name: "MillraceJSON", targets: ["MillraceJSON"]),
        .library(name: "MillraceSQL", targets: ["MillraceSQL"]),
        .library(name: "MillraceSQLite", targets: ["MillraceSQLite"]),
        .library(name: "MillracePostgres", targets: ["MillracePostgres"]),
        .library(name: "MillraceProgram", targets: ["MillraceProgram"]),
        .library(name: "MillraceJobs", targets: ["MillraceJobs"]),
        .library(name: "MillraceDatabases", targets: ["MillraceDatabases"]),
        .library(name: "PostgresTestServer", targets: ["PostgresTestServer"]),
        .library(name: "MillraceTesting", targets: ["MillraceTesting"]),
        .executable(name: "millrace", targets: ["MillraceCLI"]),
        .plugin(name: "PipelineGraph", targets: ["PipelineGraph"]),
    ],
    traits: [
        .default(enabledTraits: ["Kafka", "SQLite", "Postgres", "CommandLine", "Compression"]),
        .trait(
            name: "Kafka", description: "MillraceKafka, RDKafka and KafkaTestBroker: needs librdkafka and swift-nio."),
        .trait(name: "Compression", description: "gzip and Zstandard files in MillraceFiles: needs zlib and libzstd."),
        .trait(name: "SQLite", description: "MillraceSQLite: needs GRDB and SQLite."),
        .trait(name: "Postgres", description: "MillracePostgres and PostgresTestServer: needs libpq."),
        .trait(
            name: "CommandLine", description: "MillraceProgram and the tool millrace: needs swift-argument-parser."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CMillraceLMDB", pkgConfig: "lmdb",
            providers: [.apt(["liblmdb-dev"]), .brew(["lmdb"])]),
        .systemLibrary(
            name: "CMillraceRDKafka", pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]),
        .systemLibrary(
            name: "CMillraceLibPQ", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CMillraceZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CMillraceZstd", pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .target(name: "CMillrace"),
        .target(name: "MillraceSecrets"),
        .target(name: "CMillraceSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "MillraceLMDB", dependencies: ["CMillraceLMDB"]),
        .target(name: "MillraceTime"),
        .target(name: "MillraceRecords", dependencies: ["MillraceTime"]),
        .target(name: "MillraceState", dependencies: ["CMillrace", "MillraceLMDB", "MillraceRecords", "MillraceTime"]),
        .target(name: "MillraceJSON", dependencies: ["CMillraceSimdjson", "MillraceRecords", "MillraceTime"]),
        .target(
            name: "Millrace",
            dependencies: [
                "MillraceTime", "MillraceRecords", "MillraceState",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "MillraceFiles",
            dependencies: [
                "CMillrace", "Millrace", "MillraceJSON", .target(name: "CMillraceZlib", condition: compression),
                .target(name: "CMillraceZstd", condition: compression),
            ]),
        .target(name: "MillraceGraphRendering", dependencies: ["Millrace"]),
        .target(
            name: "RDKafka",
            dependencies: [
                .target(name: "CMillraceRDKafka", condition: kafka), "MillraceSecrets",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "MillraceKafka",
            dependencies: ["Millrace", "MillraceJSON", "RDKafka", .product(name: "Logging", package: "swift-log")]),
        .target(
            name: "MillraceSQL", dependencies: ["Millrace", .product(name: "Logging", package: "swift-log")]),
        .target(
            name: "MillraceSQLite",
            dependencies: [
                "MillraceSQL", .product(name: "GRDB", package: "GRDB.swift", condition: sqlite),
                .product(name: "GRDBSQLite", package: "GRDB.swift", condition: sqlite),
            ]),
        .target(
            name: "MillraceLibPQ",
            dependencies: [.target(name: "CMillraceLibPQ", condition: postgres), "MillraceSecrets"]),
        .target(name: "PostgresTestServer", dependencies: ["MillraceLibPQ"]),
        .target(name: "MillracePostgres", dependencies: ["MillraceSQL", "MillraceLibPQ", "MillraceSecrets"]),
        .target(
            name: "KafkaTestBroker",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio", condition: kafka),
                .product(name: "NIOPosix", package: "swift-nio", condition: kafka),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "KafkaTestBrokerProgram",
            dependencies: [
                "KafkaTestBroker",
                argumentParser,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "MillraceProgram",
            dependencies: [
                "MillraceGraphRendering",
                "Millrace",
                argumentParser,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "MillraceJobs",
            dependencies: ["Millrace", "MillraceSQL", .product(name: "Logging", package: "swift-log")]),
        .target(name: "MillraceTesting", dependencies: ["Millrace"]),
        .executableTarget(
            name: "MillraceCLI",
            dependencies: [
                "Millrace", "MillraceKafka", "RDKafka", "MillraceJobs", "MillraceDatabases",
                argumentParser,
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "MillraceDatabases",
            dependencies: [
                "MillraceSQL", "MillraceSecrets", .target(name: "MillraceSQLite", condition: sqlite),
                .target(name: "MillracePostgres", condition: postgres),
            ]),
        .plugin(
            name: "PipelineGraph",
            capability: .command(
                intent: .custom(
                    verb: "pipeline-graph",
                    description: "Writes the operator graph of a pipeline program as SVG, Mermaid, DOT or text."))),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "MillraceLMDBTests", dependencies: ["MillraceLMDB", "MillraceTesting"]),
        .testTarget(name: "MillraceJSONTests", dependencies: ["MillraceJSON", "MillraceRecords", "MillraceTime"]),
        .testTarget(
            name: "MillraceTests",
            dependencies: [
                "MillraceTime", "MillraceState", "MillraceFiles", "MillraceGraphRendering",
                "Millrace", "MillraceTesting", "MillraceLMDB", .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .target(name: "CMillraceZlib", condition: compression),
                .target(name: "CMillraceZstd", condition: compression),
            ]),
        .testTarget(
            name: "MillraceKafkaTests",
            dependencies: [
                "MillraceFiles", "MillraceState",
                "MillraceKafka", "KafkaTestBroker", "KafkaTestBrokerProgram", "KafkaTestSupport", "KafkaChild",
                "RDKafka",
                "Millrace", "MillraceTesting",
            ]),
        .target(
            name: "KafkaTestSupport",
            dependencies: [
                "KafkaTestBroker", "RDKafka", "Millrace", .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/KafkaTestSupport"),
        .testTarget(
            name: "KafkaConformanceTests",
            dependencies: ["KafkaTestBroker", "KafkaTestBrokerProgram", "KafkaTestSupport", "RDKafka"]),
        .testTarget(
            name: "KafkaBrokerTests",
            dependencies: [
                "KafkaTestBroker", "KafkaTestSupport", "RDKafka",
                .product(name: "NIOCore", package: "swift-nio", condition: kafka),
            ]),
        .testTarget(
            name: "MillraceCLITests",
            dependencies: [
                "MillraceFiles",
                "MillraceCLI", "KafkaTestBroker", "KafkaTestSupport", "Millrace", "MillraceKafka", "RDKafka",
            ]),
        .testTarget(
            name: "MillraceJobsTests",
            dependencies: [
                "MillraceJobs", "MillraceSQLite", "Millrace", "MillraceTesting",
                "MillraceCLI",
            ]),
        .executableTarget(
            name: "KafkaChild", dependencies: ["MillraceKafka", "RDKafka", "Millrace"], path: "Tests/KafkaChild"),
        .executableTarget(
            name: "HeldUpProgram",
            dependencies: [
                "Millrace", "MillraceProgram", argumentParser,
            ], path: "Tests/HeldUpProgram"),
        .testTarget(name: "MillraceProgramTests", dependencies: ["HeldUpProgram", "Millrace"]),
        .testTarget(
            name: "MillraceSQLTests",
            dependencies: [
                "PostgresTestServer",
                "MillraceFiles", "MillraceState", "MillraceTime",
                "MillraceSQL", "MillraceSQLite", "MillracePostgres", "MillraceLibPQ", "MillraceSecrets", "Millrace",
                "MillraceTesting",
                "MillraceJobs", "MillraceCLI",
                .product(name: "Logging", package: "swift-log"),
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
