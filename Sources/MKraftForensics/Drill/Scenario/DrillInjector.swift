internal import MKraftFormat
public import MKraftStorage

/// Why a scenario cannot be had with a file: it has nothing that could be damaged so.
public struct DrillNotApplicable: Error, Sendable, Equatable {
  public let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Works out what a scenario does to a file, from the file and a seed. It reads the file and writes nothing.
public struct DrillInjector {
  let base: any Storage
  let superblock: Superblock
  let journal: JournalDecision
  let ground: GridGround
  let seed: UInt64

  /// - Parameter report: on the whole of `base`. Nil if that is not a file that a replica can start from.
  public init?(_ base: any Storage, _ report: VerificationReport, seed: UInt64) {
    guard let superblock = report.superblockDecision.chosen, let journal = report.journal, journal.serves else {
      return nil
    }
    self.base = base
    self.superblock = superblock
    self.journal = journal
    self.seed = seed
    ground = GridGround(superblock, CheckpointReader(base, superblock).parts())
  }

  public func injection(_ scenario: DrillScenario) throws(DrillNotApplicable) -> DrillInjection {
    // Each scenario by itself is the same, whichever others are asked for.
    let number = DrillScenario.allCases.firstIndex(of: scenario) ?? 0
    var draft = DrillDraft(self, seed: seed &+ UInt64(number) << 32)
    try draft.damage(scenario)
    return draft.injection
  }

  var geometry: Geometry { superblock.geometry }
  var head: UInt64 { journal.head.op }

  func bytes(_ range: Range<UInt64>) throws(DrillNotApplicable) -> [UInt8] {
    let buffer = IOBuffer(byteCount: range.count)
    do throws(StorageError) {
      let count = try base.read(range.count, at: range.lowerBound, into: buffer)
      return [UInt8](copying: buffer.bytes.extracting(0..<count))
    } catch { throw DrillNotApplicable("the file cannot be read there: \(error)") }
  }
}
