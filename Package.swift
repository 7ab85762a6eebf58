// swift-tools-version: 6.2
import PackageDescription

// Every Swift target is built alike: Swift 6, strict memory safety, and no warning is let through.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]

// What only a module's tests use.
let testDependencies: [String: [Target.Dependency]] = [
  "MKraftServer": [.product(name: "NIOEmbedded", package: "swift-nio")]
]

// A module may use those above it in this list, never those below.
let modules: [(name: String, dependencies: [Target.Dependency])] = [
  ("MKraftFormat", ["CXXH3"]),
  ("MKraftStorage", ["MKraftFormat", "CLinux", system]),
  ("MKraftReplica", ["MKraftFormat", "MKraftStorage"]),
  ("MKraftServer", ["MKraftFormat", "MKraftStorage", "MKraftReplica", system] + nio),
  ("MKraftOutput", [system]),
  ("MKraftForensics", ["MKraftFormat", "MKraftStorage", "MKraftReplica", "MKraftOutput", system]),
  (
    "MKraftBenchmark",
    ["MKraftFormat", "MKraftStorage", "MKraftReplica", "MKraftServer", "MKraftForensics", system]
  ),
]

let package = Package(
  name: "mkraft-ctl",
  products: modules.map { .library(name: $0.name, targets: [$0.name]) }
    + [.executable(name: "mkraft-ctl", targets: ["mkraft-ctl"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
  ],
  targets: [
    .target(name: "CXXH3", cSettings: cSettings),
    .target(name: "CLinux", cSettings: cSettings),
    .plugin(name: "BuildInfoPlugin", capability: .buildTool(), path: "Sources/BuildInfoPlugin"),
    .target(name: "MKraftBuildInfo", swiftSettings: swiftSettings, plugins: ["BuildInfoPlugin"]),
  ]
    + modules.map { .target(name: $0.name, dependencies: $0.dependencies, swiftSettings: swiftSettings) }
    + [
      .executableTarget(
        name: "mkraft-ctl",
        dependencies: modules.map { .init(stringLiteral: $0.name) } + [
          "CLinux", "MKraftBuildInfo", argumentParser, system,
        ],
        swiftSettings: swiftSettings),
      // Makes the files of fixtures/; not part of the product.
      .executableTarget(
        name: "fixture-maker", dependencies: ["MKraftFormat", "MKraftStorage", "MKraftReplica", system],
        path: "Tests/Fixtures/Maker", swiftSettings: swiftSettings),
    ]
    + modules.map {
      .testTarget(
        name: "\($0.name)Tests",
        dependencies: [.init(stringLiteral: $0.name)] + $0.dependencies + testDependencies[$0.name, default: []],
        swiftSettings: swiftSettings)
    }
    + [
      .testTarget(
        name: "EndToEndTests",
        dependencies: ["mkraft-ctl", "two-replicas"] + modules.map { .init(stringLiteral: $0.name) } + [system],
        swiftSettings: swiftSettings),
      // Hostile bytes for every decoder and for whole files; Tests/Fuzzing compiles the same targets for libFuzzer.
      .testTarget(
        name: "FuzzingTests",
        dependencies: [
          "MKraftFormat", "MKraftStorage", "MKraftReplica", "MKraftForensics", "MKraftServer",
          .product(name: "NIOCore", package: "swift-nio"),
        ],
        swiftSettings: swiftSettings),
      // Makes the full rings that Tests/Benchmarks/run measures on.
      .executableTarget(
        name: "benchmark-fill", dependencies: ["MKraftBenchmark", system],
        path: "Tests/Benchmarks/Fill", swiftSettings: swiftSettings),
      // Measures durable appends beside the device, for Tests/Benchmarks/run.
      .executableTarget(
        name: "benchmark-append",
        dependencies: ["MKraftBenchmark", "MKraftFormat", "MKraftServer", "MKraftStorage", system],
        path: "Tests/Benchmarks/Append", swiftSettings: swiftSettings),
      // Renders rows from memory, for Tests/Benchmarks/run.
      .executableTarget(
        name: "benchmark-render", dependencies: ["MKraftOutput", system], path: "Tests/Benchmarks/Render",
        swiftSettings: swiftSettings),
      // Measures single pieces of the product in its own memory, for Tests/Benchmarks/run and alone.
      .executableTarget(
        name: "benchmark-micro",
        dependencies: ["MKraftFormat", "MKraftStorage", "MKraftReplica", "MKraftOutput", system],
        path: "Tests/Benchmarks/Micro", swiftSettings: swiftSettings),
      // Two of these with different caches and orders of transfers must write the same checkpoints.
      .executableTarget(
        name: "two-replicas", dependencies: ["MKraftFormat", "MKraftStorage", "MKraftReplica"],
        path: "Tests/Determinism", swiftSettings: swiftSettings),
    ]
)
