internal import MKraftFormat
internal import MKraftStorage

/// The damage of one scenario in the making.
struct DrillDraft {
  let file: DrillInjector
  var generator: SplitMix64
  private var changes: [DrillInjection.Change] = []
  private var sizeAfter: UInt64
  private var words = ""

  init(_ file: DrillInjector, seed: UInt64) {
    self.file = file
    generator = SplitMix64(seed: seed)
    sizeAfter = file.base.byteCount
  }

  var geometry: Geometry { file.geometry }

  var injection: DrillInjection { DrillInjection(words: words, changes: changes, sizeAfter: sizeAfter) }

  mutating func damage(_ scenario: DrillScenario) throws(DrillNotApplicable) {
    switch scenario {
    case .superblockCopyRotten, .superblockQuorumLost, .superblockGone, .superblockRolledBack, .firstMegabyteWiped:
      try damageSuperblock(scenario)
    case .headerRotten, .headerRingGone, .prepareTorn, .prepareRotten, .prepareHeaderRotten,
      .prepareRottenBelowCheckpoint, .prepareMisdirected, .entryRotten, .headRotten:
      try damageLog(scenario)
    case .replyRotten, .replyHeaderRotten: try damageReply(scenario)
    case .sessionsRotten, .rootRotten, .leafRotten, .blockHeaderRotten, .blockMisdirected, .fileTruncated, .gridGone:
      try damageGrid(scenario)
    case .gapWritten: try damageGap()
    }
    precondition(!words.isEmpty, "a scenario says what it did")
  }

  // MARK: Changes

  mutating func say(_ words: String) { self.words = words }

  mutating func write(_ bytes: [UInt8], at offset: UInt64) {
    changes.append(.init(range: offset..<offset + UInt64(bytes.count), bytes: bytes))
  }

  mutating func zero(_ range: Range<UInt64>) { changes.append(.init(range: range, bytes: nil)) }

  mutating func garbage(_ range: Range<UInt64>) {
    write((0..<range.count).map { _ in UInt8.random(in: 0...255, using: &generator) }, at: range.lowerBound)
  }

  /// Flips one bit of a byte within the range.
  mutating func flip(_ range: Range<UInt64>) throws(DrillNotApplicable) {
    let offset = UInt64.random(in: range, using: &generator)
    let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
    write(try file.bytes(offset..<offset + 1).map { $0 ^ bit }, at: offset)
  }

  mutating func cut(to size: UInt64) { sizeAfter = size }

  mutating func random(_ range: Range<UInt64>) -> UInt64 { UInt64.random(in: range, using: &generator) }

  // MARK: Between the zones

  private mutating func damageGap() throws(DrillNotApplicable) {
    // In front of the header ring, behind the place that the mark of a repair has.
    let end = geometry.offset(of: .walHeaders)
    let start = end - 4096
    guard file.geometry.repairMarkRange(copy: 0).upperBound <= start else {
      throw DrillNotApplicable("there is no room between the zones")
    }
    say("512 bytes of garbage at \(start), between superblock copy 0 and the header ring")
    garbage(start..<start + 512)
  }
}
