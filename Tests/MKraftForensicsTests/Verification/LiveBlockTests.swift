import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Blocks of a file in use: what a newer checkpoint has replaced is no damage, what it still needs is.
@Suite struct LiveBlockTests {
  private struct Ground {
    let before: MemoryStorage
    let later: MemoryStorage
    let map: GridMap
    let laterMap: GridMap
  }

  private func ground() throws -> Ground {
    let run = try GridRun()
    try run.run(checkpoints: 4, more: 2)
    let before = run.storage.snapshot()
    try run.run(checkpoints: 8, more: 2)
    return Ground(
      before: before, later: run.storage, map: try GridMap(before), laterMap: try GridMap(run.storage))
  }

  private func verify(_ ground: Ground) -> VerificationReport {
    var options = Verification.Options()
    options.isLive = true
    // The gaps are read after the log and before the blocks.
    let trigger = UInt64(Superblock.byteCount)
    return Verification.run(TurningStorage(ground.before, ground.later, at: trigger), options)
  }

  @Test func whatANewerCheckpointReplacedIsNoDamage() throws {
    let ground = try ground()
    let report = verify(ground)
    #expect(report.counts.map(\.kind) == [.liveFile] && report.verdict.exitCode == .sound, "\(report.findings)")
    #expect(report.bytes[.superseded] > 0 && report.bytes.total == report.byteCount)
    #expect(report.superblock?.checkpoint.op == ground.map.superblock.checkpoint.op)
    #expect(report.findings[0].evidence.contains("checkpoint of op \(ground.map.superblock.checkpoint.op)"))
  }

  /// Damage in a block that the newest checkpoint needs is found, whichever it is.
  @Test func whatTheNewestCheckpointNeedsIsDamage() throws {
    let ground = try ground()
    for role in [GridMap.Role.leaf, .value, .inner] {
      let shared = ground.laterMap.blocks(role).filter { ground.map.references[$0] == ground.laterMap.references[$0] }
      guard let block = shared.first else { continue }
      for storage in [ground.before, ground.later] {
        storage.flipBit(at: 8 * (ground.map.range(block).lowerBound + 290))
      }
      let report = verify(ground)
      #expect(report.findings.contains { $0.kind == .blockCorrupt && $0.block == block }, "\(role): \(report.findings)")
      #expect(report.verdict.exitCode == .restorable, "\(role)")
      for storage in [ground.before, ground.later] {
        storage.flipBit(at: 8 * (ground.map.range(block).lowerBound + 290))
      }
    }
  }

  /// A node of a hostile file may refer to a block of any number. What a newer checkpoint has replaced then has no place in the file.
  @Test func whatNeverHadAPlaceIsNoDamage() throws {
    let ground = try ground()
    let state = ground.map.superblock.checkpoint
    #expect(state.treeHeight > 1)
    for address in [GridRun.geometry.gridBlocksMax + 1, .max] {
      let file = ForgedFile(ground.before, ground.map)
      try file.forge(state.treeRoot.address) { _, block in
        let node = TreeNodeView(validated: block.bytes)
        var reference = node.child(0)
        let at = node.payloadStart(0)
        reference.address = address
        var bytes = block.mutableBytes
        reference.encode(into: &bytes, at: at)
      }
      var options = Verification.Options()
      options.isLive = true
      // The log's entries name the checkpoint as it was.
      options.scope = [.superblocks, .gaps, .grid]
      let found = Verification.run(file.storage, options)
      #expect(found.findings.contains { $0.kind == .treeInconsistent && $0.block == address }, "\(found.findings)")
      let turning = TurningStorage(file.storage, ground.later, at: UInt64(Superblock.byteCount))
      let report = Verification.run(turning, options)
      #expect(report.verdict.exitCode == .sound, "\(report.findings)")
      #expect(report.superblock?.checkpoint.op == state.op && report.bytes.total == report.byteCount)
    }
  }

  /// The log was read when it had not reached the next checkpoint, the replies when they were written for it.
  @Test func repliesOfTheNextCheckpointAreNoDamage() throws {
    let run = try GridRun()
    try run.run(checkpoints: 4)
    let geometry = GridRun.geometry
    let interval = UInt64(geometry.checkpointInterval)
    while run.shell.replica.status.head % interval != interval - 1 { try run.write() }
    let before = run.storage.snapshot()
    try run.run(checkpoints: 5)
    let start = geometry.offset(of: .replies)
    let replies = try GridMap.bytes(run.storage, start..<start + geometry.byteCount(of: .replies))
    before.replace(at: start, with: replies)
    var options = Verification.Options()
    options.isLive = true
    let report = Verification.run(before, options)
    #expect(report.counts.map(\.kind) == [.liveFile] && report.verdict.exitCode == .sound, "\(report.findings)")
    // A reply that no request of the log asked for is damage all the same.
    let other = try GridRun(seed: 2)
    try other.run(checkpoints: 5)
    before.replace(at: start, with: try GridMap.bytes(other.storage, start..<start + geometry.byteCount(of: .replies)))
    #expect(Verification.run(before, options).verdict.exitCode > .sound)
  }
}
