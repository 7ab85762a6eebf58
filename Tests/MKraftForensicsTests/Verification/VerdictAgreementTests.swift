import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import SystemPackage
import Testing

/// The tool and the replica are of one opinion: 0 or 10 if and only if a replica opens the file.
@Suite struct VerdictAgreementTests {
  static let seeds: Range<UInt64> = 0..<600

  @Test func agreesWithTheReplicaOnEveryDamage() throws {
    let samples = [try SampleFile(), try SampleFile(start: false), try stoppedCleanly(), try full()]
    var codes: Set<Int32> = []
    for seed in Self.seeds {
      var generator = SplitMix64(seed: seed)
      let file = SampleFile(copying: samples[Int(seed) % samples.count])
      for _ in 0..<Int.random(in: 1...3, using: &generator) { damage(file, using: &generator) }
      let report = file.verify()
      codes.insert(report.verdict.exitCode.number)
      #expect(report.verdict.start == opinion(file.storage), "seed \(seed): \(report.findings)")
      let comesUp = report.verdict.start == .serves || report.verdict.start == .servesAfterRepair
      #expect(comesUp == (report.verdict.exitCode <= .degraded), "seed \(seed): \(report.findings)")
      #expect(report.bytes.total == file.storage.byteCount, "seed \(seed)")
    }
    #expect(codes.isSuperset(of: [0, 10, 13, 14]), "the damages are of all sorts")
  }

  private func opinion(_ storage: MemoryStorage) -> Verdict.Start {
    do throws(OpeningRefusal) {
      let opening = try Opening.read(storage)
      let heals = opening.journal.slots.contains { $0.disposition == .fixed || $0.disposition == .vacated }
      return heals || !opening.superblockDecision.repairs.isEmpty ? .servesAfterRepair : .serves
    } catch {
      return .refuses(reason: error.name)
    }
  }

  private func stoppedCleanly() throws -> SampleFile {
    let file = try SampleFile()
    file.update { superblock in
      superblock.clean = LogPosition(file.entries[12])
      superblock.commitMax = 12
    }
    return file
  }

  private func full() throws -> SampleFile {
    let file = try SampleFile()
    while file.entries.count <= 64 { file.append(bodySize: file.entries.count) }
    return file
  }

  private func damage(_ file: SampleFile, using generator: inout SplitMix64) {
    let range = place(file, using: &generator)
    switch Int.random(in: 0..<8, using: &generator) {
    case 0, 1: file.storage.flipBit(at: range.lowerBound * 8 + UInt64.random(in: 0..<2048, using: &generator))
    case 2: file.storage.garbage(range, using: &generator)
    case 3: file.storage.zero(range)
    case 4: file.storage.copy(range, to: place(file, using: &generator).lowerBound)
    case 5: file.storage.failReads(range)
    case 6: tear(file, using: &generator)
    default:
      guard Int.random(in: 0..<6, using: &generator) == 0 else { return file.garbage(range) }
      file.storage.truncate(to: UInt64.random(in: 0...file.storage.byteCount, using: &generator))
    }
  }

  /// A structure of the file, more often one that matters.
  private func place(_ file: SampleFile, using generator: inout SplitMix64) -> Range<UInt64> {
    let slot = Int.random(in: 0..<(Bool.random(using: &generator) ? 16 : 64), using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: return file.range(Int.random(in: 0..<4, using: &generator))
    case 1, 2: return file.headerRange(slot)
    case 3, 4: return file.prepareRange(slot, count: [256, 512, 4096].randomElement(using: &generator) ?? 256)
    default:
      let offset = UInt64.random(in: 0..<max(4096, file.storage.byteCount - 4096), using: &generator)
      return offset..<offset + 512
    }
  }

  /// What a crash leaves: a prepare without its header, or half of one.
  private func tear(_ file: SampleFile, using generator: inout SplitMix64) {
    let head = file.entries[file.entries.count - 1]
    guard head.op < 63 else { return }
    let next = file.entry(after: head, bodySize: Int.random(in: 0..<7000, using: &generator))
    file.writePrepare(next)
    guard Bool.random(using: &generator) else { return }
    let torn = file.prepareRange(file.geometry.slot(of: next.op), count: 512)
    file.storage.garbage(torn, using: &generator)
  }
}
