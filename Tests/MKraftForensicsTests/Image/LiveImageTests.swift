import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Images of files in use: what a healthy replica was writing meanwhile is never taken for damage.
@Suite struct LiveImageTests {
  /// As the commands judge an image of a file in use.
  private func verify(_ image: ImageStorage) -> VerificationReport {
    var options = Verification.Options()
    options.isLive = image.header.isLive
    options.isFrozen = true
    options.isUnsteady = image.header.isUnsteady
    return Verification.run(image, options)
  }

  /// Four checkpoints are completed between the header ring and the prepares.
  @Test func checkpointsWhileItIsRead() throws {
    let run = try GridRun()
    try run.run(checkpoints: 4, more: 2)
    let before = run.storage.snapshot()
    try run.run(checkpoints: 8, more: 2)
    let trigger = GridRun.geometry.offset(of: .walPrepares)
    func turning() -> TurningStorage { TurningStorage(before, run.storage, at: trigger) }
    let mixed = try ImageOf(turning())
    #expect(Verification.run(try mixed.storage()).verdict.exitCode > .incomplete)
    let image = try ImageOf(turning(), live: true)
    #expect(image.summary.isSteady && image.summary.dataByteCount == run.storage.byteCount)
    let report = verify(try image.storage())
    #expect(report.counts.map(\.kind) == [.liveFile] && report.verdict.exitCode == .sound, "\(report.findings)")
    #expect(report.superblock?.checkpoint.op == run.checkpointOp)
    #expect(try image.bytes == ImageOf(run.storage, live: true).bytes)
  }

  /// A running replica, slower and faster than the reader.
  @Test func busyFiles() throws {
    for stepsPerRead in [0, 1, 3, 40] {
      let run = try GridRun()
      try run.run(checkpoints: 4, more: 2)
      let image = try ImageOf(BusyStorage(run, stepsPerRead: stepsPerRead), live: true)
      let report = verify(try image.storage())
      #expect(report.verdict.exitCode <= .incomplete, "\(stepsPerRead): \(report.findings)")
      if !image.summary.isSteady { #expect(report.verdict.exitCode == .incomplete, "\(stepsPerRead)") }
      if stepsPerRead == 0 { #expect(image.summary.isSteady && report.verdict.exitCode == .sound) }
    }
  }

  /// Nothing is concluded from an image of a file that never held still, by no reader of it.
  @Test func fileThatNeverHoldsStill() throws {
    let image = try ImageOf(RestlessStorage(try SampleFile()), live: true)
    #expect(!image.summary.isSteady)
    let storage = try image.storage()
    #expect(storage.header.isUnsteady)
    let report = verify(storage)
    #expect(report.verdict.exitCode == .incomplete && report.verdict.start == .notJudged)
    #expect(Set(report.findings.map(\.kind)) == [.liveFile, .fileChanging], "\(report.findings)")
    let superblocks = SuperblockInspection.read(storage, isUnsteady: true)
    #expect(superblocks.findings.map(\.kind) == [.fileChanging])
    let log = try LogInspection.read(storage, depth: .bodies, isLive: true, isUnsteady: true)
    #expect(Set(log.findings.map(\.kind)) == [.liveFile, .fileChanging], "\(log.findings)")
    // What stands still all the same is damage of that file as ever.
    #expect(try !ImageOf(SampleFile().storage, live: true).storage().header.isUnsteady)
  }

  /// A reply is written for the next checkpoint while the present one is current.
  @Test func replyInTheMiddleOfBeingWritten() throws {
    let run = try GridRun()
    try run.run(checkpoints: 4, more: 2)
    func damagedReply(_ slot: Int) -> MemoryStorage {
      let storage = run.storage.snapshot()
      storage.flipBit(at: 8 * (GridRun.geometry.replyOffset(slot: slot) + 300))
      return storage
    }
    // Of a client that has asked nothing since: the log does not make the reply again.
    let slot = (0..<GridRun.clientCount).first { Verification.run(damagedReply($0)).verdict.exitCode == .restorable }
    let storage = damagedReply(try #require(slot))
    let report = verify(try ImageOf(storage, live: true).storage())
    #expect(report.counts.map(\.kind) == [.liveFile, .fileChanging], "\(report.findings)")
    #expect(report.verdict.exitCode == .incomplete)
    #expect(report.findings.contains { $0.kind == .fileChanging && $0.slot == slot && $0.zone == .replies })
    // A block of the checkpoint is not written while the checkpoint is current: what is wrong in it is damage.
    let map = try GridMap(run.storage)
    let leaf = try #require(map.blocks(.leaf).first)
    let damaged = run.storage.snapshot()
    damaged.flipBit(at: 8 * (map.range(leaf).lowerBound + 300))
    #expect(verify(try ImageOf(damaged, live: true).storage()).verdict.exitCode == .restorable)
  }
}
