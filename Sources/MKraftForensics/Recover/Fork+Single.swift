internal import MKraftFormat
internal import MKraftReplica
public import MKraftStorage

extension Fork {
  /// What of a replica's file a fork of it does not have.
  public struct Shortfall: Sendable, Equatable {
    /// The first entry of the log that is damaged: the fork ends before it.
    public let damagedOp: UInt64?
    /// Sessions whose last reply is not there: they are closed.
    public let closedSessions: Int
  }

  /// Why a file cannot be forked.
  public enum Refusal: Error, Sendable, Equatable {
    case noSuperblock
    case repairInProgress(log: String)
    /// The checkpoint's own blocks are not there.
    case checkpoint(CheckpointFault)
  }

  /// A fork of any replica's file as the only replica of a cluster of its own: to read what that replica knew, which is not
  /// what its cluster has agreed on. Its log is kept as far as it is whole.
  /// - Parameters:
  ///   - fileID: of the new file; to be drawn at random.
  ///   - cluster: likewise.
  public static func single(
    of storage: any Storage, as fileID: UInt128, cluster: UInt128
  ) throws(Refusal) -> (fork: Fork, shortfall: Shortfall) {
    let survey = SuperblockSurvey.read(storage)
    if let mark = RepairMarkScan.find(storage, survey.geometry) { throw .repairInProgress(log: mark.path) }
    let newest = survey.copies.compactMap(\.valid).max { $0.sequence < $1.sequence }
    let opening = SuperblockDecision(survey)
    guard let superblock = opening.chosen ?? newest,
      max(superblock.sequence, superblock.term) < PrepareHeader.numberLimit - 2
    else { throw .noSuperblock }
    let journal = JournalScan.run(storage, superblock, provenOp: opening.provenOp)
    let next = superblock.forked(
      as: fileID, of: superblock.fileID, head: journal.head, sequence: superblock.sequence + 1,
      term: superblock.term + 1)
    var fork = Fork(next, head: journal.head.op, on: storage, cluster: cluster, isAlone: true)
    let records: [SessionRecord]
    do throws(CheckpointFault) { records = try CheckpointReader(storage, superblock).read().sessions } catch {
      throw .checkpoint(error)
    }
    let headers = LogHeaders(storage, superblock, head: journal.head.op)
    fork.closedSessions = Set(ReplyRecovery(storage, superblock, records).lost(headers.header))
    let shortfall = Shortfall(damagedOp: journal.faults.first?.op, closedSessions: fork.closedSessions.count)
    return (fork, shortfall)
  }
}
