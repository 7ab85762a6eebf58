// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who builds the tool builds the fuzzers. `run` builds and runs them.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .enableExperimentalFeature("Extern"),
]

let modules = ["MKraftFormat", "MKraftStorage", "MKraftReplica", "MKraftForensics"].map {
  Target.Dependency.product(name: $0, package: "mkraft-ctl")
}
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")

let package = Package(
  name: "fuzzing",
  dependencies: [
    .package(name: "mkraft-ctl", path: "../.."),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
  ],
  targets: [
    // The server's own framing, of which nothing is public: its sources are compiled once more.
    .target(
      name: "Wire", dependencies: [.product(name: "MKraftFormat", package: "mkraft-ctl"), nio], path: "Wire",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "fuzz", dependencies: modules + ["Wire", nio], path: ".", exclude: ["Wire", "run"],
      sources: ["Fuzz", "Targets"],
      swiftSettings: swiftSettings),
  ]
)
