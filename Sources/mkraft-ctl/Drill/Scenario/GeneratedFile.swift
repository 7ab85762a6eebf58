internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// A small file for scenarios, made as files come about: a replica writes it while clients send requests, and is killed. It has
/// several checkpoints, a tree with inner nodes, an idle session, and entries above the last checkpoint.
struct GeneratedFile {
  /// Requests of the first stretch, and of each further one until there are entries enough above the checkpoint.
  private static let requestCount = 1200
  private static let moreCount = 40
  private static let stretchesMax = 20
  /// Least entries above the checkpoint.
  private static let tailLength: UInt64 = 16

  let plan: DrillPlan
  let clients: DrillClients
  private let scratch: DrillScratch
  private let interruption: DrillInterruption

  init(seed: UInt64, in scratch: DrillScratch, _ interruption: DrillInterruption) {
    plan = GeneratedFile.plan(seed: seed)
    clients = DrillClients(plan)
    (self.scratch, self.interruption) = (scratch, interruption)
  }

  static func plan(seed: UInt64) -> DrillPlan { DrillPlan(kills: 1, seed: seed) }

  /// Bytes that file, copy and a recovered file take at most.
  static func byteCount(_ plan: DrillPlan) -> UInt64 {
    3 * (plan.geometry.fileSizeAtFormat + UInt64(4 * requestCount * DrillWorkload.valueSizeMax))
  }

  func make() throws(Failure) {
    let format = FormatPlan(
      cluster: Identifier.random(), geometry: plan.geometry, fileID: Identifier.random(), prewrite: true)
    do throws(FormatError) { _ = try DataFileFormatter.create(scratch.original, format) } catch {
      throw FormatCommand.failure(error, scratch.original)
    }
    for stretch in 0..<GeneratedFile.stretchesMax {
      try live(requests: stretch == 0 ? GeneratedFile.requestCount : GeneratedFile.moreCount, isFirst: stretch == 0)
      if try hasTail() { return }
    }
    throw Failure(.internalError, "no log with entries above its checkpoint came about", of: scratch.original.string)
  }

  /// One life of the replica, which ends with SIGKILL when every request was answered.
  private func live(requests: Int, isFirst: Bool) throws(Failure) {
    let replica = try ScenarioReplica(
      on: scratch.original, cacheByteCount: plan.cacheByteCount, log: scratch.log, interruption)
    let address = replica.address
    do throws(DrillTrouble) {
      try Waiting.result { [clients] () async throws(DrillTrouble) in
        try await clients.connect(to: address)
        if isFirst {
          try await clients.register()
          try await clients.registerIdle()
        }
        _ = try await clients.load(requests)
        await clients.disconnect()
      }
    } catch {
      try interruption.check()
      throw Failure(.drillFailed, "\(error.reason); see \(scratch.log)", of: scratch.original.string)
    }
    try replica.process.killAndWait()
    try interruption.check()
  }

  private func hasTail() throws(Failure) -> Bool {
    let storage: FileStorage
    do throws(OpenError) { storage = try FileStorage.open(scratch.original, for: .reading(cached: true)) } catch {
      throw Failure(error)
    }
    let decision = SuperblockDecision(SuperblockSurvey.read(storage))
    guard let superblock = decision.chosen else { return false }
    let journal = JournalScan.run(storage, superblock, provenOp: decision.provenOp)
    return journal.head.op >= superblock.checkpoint.op + GeneratedFile.tailLength
  }
}

extension DrillClients {
  /// Opens a session that sends one request and then nothing: the checkpoint's reply to it is needed for ever.
  fileprivate func registerIdle() async throws(DrillTrouble) {
    var batch = KeyValueBatchBuilder(bodySizeMax: plan.geometry.bodySizeMax)
    do throws(KeyValueBatchBuilderError) {
      try batch.append(.put(key: Array("idle".utf8), value: Array("once".utf8)))
    } catch { preconditionFailure("a small pair fits into a message") }
    do throws(ClientError) { _ = try await client(of: 0).register().execute(batch.body) } catch {
      throw DrillTrouble("cannot open an idle session: \(error)")
    }
  }
}
