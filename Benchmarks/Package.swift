// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "millrace-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "millrace", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "MillraceBenchmarks",
            dependencies: [
                .product(name: "Millrace", package: "millrace"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(name: "CKafkaLoop", linkerSettings: [.linkedLibrary("rdkafka")]),
        .executableTarget(
            name: "KafkaBenchmarks",
            dependencies: [
                "CKafkaLoop",
                .product(name: "Millrace", package: "millrace"),
                .product(name: "MillraceKafka", package: "millrace"),
                .product(name: "RDKafka", package: "millrace"),
                .product(name: "KafkaTestBroker", package: "millrace"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(name: "CFlightsLoop", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(
            name: "RealBenchmarks",
            dependencies: [
                "CFlightsLoop",
                .product(name: "Millrace", package: "millrace"),
                .product(name: "MillraceFiles", package: "millrace"),
                .product(name: "MillraceJSON", package: "millrace"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "JSONBenchmarks", dependencies: [.product(name: "MillraceJSON", package: "millrace")]),
        .testTarget(
            name: "OptimisedTests",
            dependencies: [
                .product(name: "Millrace", package: "millrace"),
                .product(name: "MillraceTesting", package: "millrace"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
