// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "millrace",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Millrace", targets: ["Millrace"]),
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
        .library(name: "MillraceTesting", targets: ["MillraceTesting"]),
        .executable(name: "millrace", targets: ["MillraceCLI"]),
        .executable(name: "FlightDelays", targets: ["FlightDelays"]),
        .executable(name: "OffsetCommits", targets: ["OffsetCommits"]),
        .executable(name: "FanOut", targets: ["FanOut"]),
        .executable(name: "DatasetImport", targets: ["DatasetImport"]),
        .executable(name: "BulkInsert", targets: ["BulkInsert"]),
        .executable(name: "nexmark", targets: ["Nexmark"]),
        .plugin(name: "PipelineGraph", targets: ["PipelineGraph"]),
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
        .target(name: "CMillrace"),
        .target(name: "MillraceSecrets"),
        .target(name: "CMillraceSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "MillraceLMDB", dependencies: ["CMillraceLMDB"]),
        .target(name: "MillraceTime"),
        .target(name: "MillraceState", dependencies: ["CMillrace", "MillraceLMDB", "MillraceTime"]),
        .target(name: "MillraceJSON", dependencies: ["CMillraceSimdjson", "MillraceTime"]),
        .target(
            name: "Millrace",
            dependencies: [
                "MillraceTime", "MillraceState",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(name: "MillraceFiles", dependencies: ["Millrace", "MillraceJSON"]),
        .target(name: "MillraceGraphRendering", dependencies: ["Millrace"]),
        .target(
            name: "RDKafka",
            dependencies: ["CMillraceRDKafka", "MillraceSecrets", .product(name: "Logging", package: "swift-log")]),
        .target(
            name: "MillraceKafka",
            dependencies: ["Millrace", "MillraceJSON", "RDKafka", .product(name: "Logging", package: "swift-log")]),
        .target(
            name: "MillraceSQL", dependencies: ["Millrace", .product(name: "Logging", package: "swift-log")]),
        .target(
            name: "MillraceSQLite",
            dependencies: [
                "MillraceSQL", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(name: "MillraceLibPQ", dependencies: ["CMillraceLibPQ", "MillraceSecrets"]),
        .target(name: "MillracePostgres", dependencies: ["MillraceSQL", "MillraceLibPQ", "MillraceSecrets"]),
        .target(
            name: "KafkaTestBroker",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "KafkaTestBrokerProgram",
            dependencies: [
                "KafkaTestBroker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "MillraceProgram",
            dependencies: [
                "MillraceGraphRendering",
                "Millrace",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "MillraceJobs",
            dependencies: ["Millrace", "MillraceSQL", .product(name: "Logging", package: "swift-log")]),
        .target(name: "MillraceTesting", dependencies: ["Millrace"]),
        .executableTarget(
            name: "FlightDelays",
            dependencies: [
                "MillraceFiles",
                "Millrace", "MillraceProgram",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Examples/FlightDelays"),
        .executableTarget(
            name: "Nexmark",
            dependencies: [
                "MillraceFiles", "MillraceGraphRendering",
                "Millrace", "MillraceJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Examples/Nexmark", exclude: ["README.md"]),
        .executableTarget(
            name: "MillraceCLI",
            dependencies: [
                "Millrace", "MillraceKafka", "RDKafka", "MillraceJobs", "MillraceDatabases",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "OffsetCommits",
            dependencies: [
                "Millrace", "MillraceKafka", "RDKafka", "KafkaTestBroker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Examples/OffsetCommits"),
        .target(
            name: "MillraceDatabases",
            dependencies: ["MillraceSQL", "MillraceSQLite", "MillracePostgres", "MillraceLibPQ", "MillraceSecrets"]),
        .executableTarget(
            name: "BulkInsert",
            dependencies: [
                "Millrace", "MillraceKafka", "MillraceSQL", "MillraceDatabases", "RDKafka", "KafkaTestBroker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Examples/BulkInsert"),
        .executableTarget(
            name: "DatasetImport",
            dependencies: [
                "MillraceFiles",
                "Millrace", "MillraceKafka", "MillraceJobs", "MillraceSQL", "MillraceDatabases", "MillraceJSON",
                "RDKafka", "KafkaTestBroker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], path: "Examples/DatasetImport"),
        .executableTarget(
            name: "FanOut",
            dependencies: [
                "Millrace", "MillraceKafka", "MillraceJSON", "RDKafka", "KafkaTestBroker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], path: "Examples/FanOut"),
        .plugin(
            name: "PipelineGraph",
            capability: .command(
                intent: .custom(
                    verb: "pipeline-graph",
                    description: "Writes the operator graph of a pipeline program as SVG, Mermaid, DOT or text."))),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "MillraceLMDBTests", dependencies: ["MillraceLMDB", "MillraceTesting"]),
        .testTarget(name: "MillraceJSONTests", dependencies: ["MillraceJSON"]),
        .testTarget(
            name: "MillraceTests",
            dependencies: [
                "MillraceTime", "MillraceState", "MillraceFiles", "MillraceGraphRendering",
                "Millrace", "MillraceTesting", "MillraceLMDB", .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),
        .testTarget(
            name: "MillraceKafkaTests",
            dependencies: [
                "MillraceFiles", "MillraceState",
                "MillraceKafka", "KafkaTestBroker", "KafkaTestBrokerProgram", "KafkaTestSupport", "KafkaChild",
                "RDKafka",
                "Millrace", "MillraceTesting",
                "FanOut", "OffsetCommits",
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
                "KafkaTestBroker", "KafkaTestSupport", "RDKafka", .product(name: "NIOCore", package: "swift-nio"),
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
                "MillraceJobs", "MillraceSQLite", "Millrace", "MillraceTesting", "DatasetImport", "BulkInsert",
                "MillraceCLI",
            ]),
        .executableTarget(
            name: "KafkaChild", dependencies: ["MillraceKafka", "RDKafka", "Millrace"], path: "Tests/KafkaChild"),
        .executableTarget(
            name: "HeldUpProgram",
            dependencies: [
                "Millrace", "MillraceProgram", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/HeldUpProgram"),
        .testTarget(name: "MillraceProgramTests", dependencies: ["HeldUpProgram", "Millrace"]),
        .testTarget(
            name: "MillraceSQLTests",
            dependencies: [
                "MillraceFiles", "MillraceState", "MillraceTime",
                "MillraceSQL", "MillraceSQLite", "MillracePostgres", "MillraceLibPQ", "Millrace", "MillraceTesting",
                "MillraceJobs", "DatasetImport", "BulkInsert", "MillraceCLI",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "NexmarkTests", dependencies: ["Nexmark"]),
        .testTarget(name: "FlightDelaysTests", dependencies: ["FlightDelays", "Millrace"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
