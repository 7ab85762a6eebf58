internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// What is true of the drill's file while no replica runs on it: the verdict that `verify-checksums` reaches.
struct DrillExamination {
  private let storage: FileStorage
  private let superblock: Superblock
  private let report: VerificationReport
  private let journal: JournalDecision

  /// - Parameter expected: verdicts that are as they should be; another one fails.
  init(_ file: FilePath, expected: [ExitCode]) throws(Failure) {
    do throws(OpenError) { storage = try FileStorage.open(file, for: .reading(cached: false)) } catch {
      throw Failure(error)
    }
    report = Verification.run(storage)
    guard expected.contains(report.verdict.exitCode), let journal = report.journal, let superblock = report.superblock
    else {
      let worst = report.worst.map { ": \($0.kind.name): \($0.evidence)" } ?? ""
      throw Failure(
        .drillFailed, "the verdict on the file is \(report.verdict.exitCode.name)\(worst)", of: file.string,
        next: ShellCommand("status").path(file.string))
    }
    self.journal = journal
    self.superblock = superblock
  }

  /// The last op of the log.
  var head: UInt64 { journal.head.op }

  /// How often the ring of the log has wrapped.
  var wraps: Int { Int(head / UInt64(superblock.geometry.slotCount)) }

  /// Checkpoints taken since the file was formatted.
  var checkpoints: Int { Int(superblock.checkpoint.op / UInt64(superblock.geometry.checkpointInterval)) }

  /// The verdict and how the log ends.
  var words: String {
    func count(_ disposition: SlotVerdict.Disposition) -> Int { journal.slots.count { $0.disposition == disposition } }
    var parts = ["\(report.verdict.exitCode.name): head op \(head), committed at least to \(journal.commitMax)"]
    let (fixed, cut, vacated) = (count(.fixed), count(.cut), count(.vacated))
    if fixed > 0 { parts.append("\(fixed) headers behind their entries") }
    if cut + vacated > 0 { parts.append("\(cut + vacated) entries beyond the head, never acknowledged") }
    let repairs = report.superblockDecision.repairs.count
    if repairs > 0 { parts.append("\(repairs) superblock copies to be written again") }
    return parts.joined(separator: "; ")
  }

  /// Compares the log with the clients' ledger; returns the number of entries.
  func judgeLog(_ clients: DrillClients) throws(Failure) -> Int {
    var entries: [PrepareHeader] = []
    let head = head
    _ = JournalScan.run(storage, superblock, provenOp: report.superblockDecision.provenOp) { evidence, disposition in
      guard disposition == .kept, let header = evidence.validPrepare, (1...head).contains(header.op) else { return }
      entries.append(header)
    }
    let found = entries
    clients.state.withLock { state in
      state.ledger.judge(log: found, after: superblock.checkpoint.op, clients: state.sessions.map(\.client))
    }
    return found.count
  }
}
