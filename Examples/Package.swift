// swift-tools-version: 6.1
import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func millrace(_ product: String) -> Target.Dependency { .product(name: product, package: "millrace") }

let package = Package(
    name: "millrace-examples",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "nexmark", targets: ["Nexmark"])
    ],
    dependencies: [
        .package(name: "millrace", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "FlightDelays",
            dependencies: [
                millrace("Millrace"), millrace("MillraceFiles"), millrace("MillraceProgram"), argumentParser,
            ]),
        .executableTarget(
            name: "Nexmark",
            dependencies: [
                millrace("Millrace"), millrace("MillraceFiles"), millrace("MillraceGraphRendering"),
                millrace("MillraceJSON"), argumentParser,
            ], exclude: ["README.md"]),
        .executableTarget(
            name: "OffsetCommits",
            dependencies: [
                millrace("Millrace"), millrace("MillraceKafka"), millrace("RDKafka"), millrace("KafkaTestBroker"),
                argumentParser,
            ]),
        .executableTarget(
            name: "BulkInsert",
            dependencies: [
                millrace("Millrace"), millrace("MillraceKafka"), millrace("MillraceSQL"),
                millrace("MillraceDatabases"), millrace("RDKafka"), millrace("KafkaTestBroker"), argumentParser,
            ]),
        .executableTarget(
            name: "DatasetImport",
            dependencies: [
                millrace("Millrace"), millrace("MillraceFiles"), millrace("MillraceKafka"), millrace("MillraceJobs"),
                millrace("MillraceSQL"), millrace("MillraceDatabases"), millrace("MillraceJSON"), millrace("RDKafka"),
                millrace("KafkaTestBroker"), argumentParser,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "FanOut",
            dependencies: [
                millrace("Millrace"), millrace("MillraceKafka"), millrace("MillraceJSON"), millrace("RDKafka"),
                millrace("KafkaTestBroker"), argumentParser,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(name: "FlightDelaysTests", dependencies: ["FlightDelays", millrace("Millrace")]),
        .testTarget(name: "NexmarkTests", dependencies: ["Nexmark"]),
        .testTarget(
            name: "ExampleTests",
            dependencies: [
                "FanOut", "OffsetCommits", "DatasetImport", "BulkInsert", millrace("millrace"),
                millrace("PostgresTestServer"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
