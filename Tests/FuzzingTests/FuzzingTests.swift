import Glibc
import MKraftStorage
import Testing

/// Hostile bytes never trap, hang or grow: seeded inputs for every decoder, and golden files with edits. `Tests/Fuzzing/run` does the
/// same led by coverage and under AddressSanitizer.
///
/// MKRAFT_FUZZ_TIMES makes it so many times as much; MKRAFT_FUZZ_SEED begins elsewhere.
struct FuzzingTests {
  /// Executions of decoders, all together.
  private static let decoderExecutions = 1_000_000
  private static let filesPerPart = 1000

  private static func number(_ name: String, _ usual: Int) -> Int {
    unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) } ?? usual
  }

  private static let times = max(1, min(number("MKRAFT_FUZZ_TIMES", 1), 1000))
  /// Minutes that one part may take: far more than it does, and an end to what hangs.
  private static let limit = 10 * times
  private static let seed = UInt64(number("MKRAFT_FUZZ_SEED", 1))
  private static let decoders = FuzzTarget.allCases.filter { $0 != .file }
  private static let checkpoints = GoldenFile.unpacked("checkpoints").map { WholeFile($0) }
  private static let loaded = GoldenFile.unpacked("loaded").map { WholeFile($0) }

  private func random(_ target: FuzzTarget, part: Int) -> SplitMix64 {
    let number = UInt64(FuzzTarget.allCases.firstIndex(of: target) ?? 0)
    var seeds = SplitMix64(seed: Self.seed << 32 | number << 16 | UInt64(part))
    return SplitMix64(seed: seeds.next())
  }

  @Test("Every decoder on inputs made of right ones", .timeLimit(.minutes(limit)), arguments: decoders)
  func decoder(_ target: FuzzTarget) throws {
    let file = try #require(Self.checkpoints)
    let seeds = Seeds.of(target, from: file.golden)
    try #require(!seeds.isEmpty)
    var inputs = Mutator(seeds, random: random(target, part: 0))
    let count = (Self.decoderExecutions / Self.decoders.count + 1) * Self.times
    var taken = 0
    for number in 0..<count {
      let input = inputs.next()
      CaseReport.during("\(target.rawValue), seed \(Self.seed), input \(number)") {
        if target.run(input, on: file) { taken += 1 }
      }
    }
    // Inputs must be both, or one half of the decoder was never reached.
    #expect(taken > count / 100 && taken < count - count / 100)
    print("fuzzing: \(target.rawValue): \(count) executions, \(taken) taken for right")
  }

  @Test("Whole files with edits", .timeLimit(.minutes(limit)), arguments: ["checkpoints", "loaded"], 0..<10 * times)
  func files(_ name: String, part: Int) throws {
    let file = try #require(name == "loaded" ? Self.loaded : Self.checkpoints)
    var inputs = Edits(of: file.golden, random: random(.file, part: name == "loaded" ? 1 << 15 | part : part))
    var sound = 0
    for number in 0..<Self.filesPerPart {
      let input = inputs.next()
      CaseReport.during("\(name), seed \(Self.seed), part \(part), input \(number)") {
        if file.run(input) { sound += 1 }
      }
    }
    // Edits must hit something, and not always.
    #expect(sound > 0 && sound < Self.filesPerPart / 2)
    print("fuzzing: \(name), part \(part): \(Self.filesPerPart) files, \(sound) sound")
  }
}
