internal import MKraftOutput

/// The catalogue of findings: the one table that output, manual and JSON schema are made from.
///
/// Codes: a replica heals it or does not need it: 10. An unclean stop is no damage: what it leaves is a note, as a filesystem
/// that replays its journal is clean. It refuses: 11 if the file alone suffices to bring it back, 13 if the missing item's
/// identity is known, so that another copy of it could be proven to be the right one; 14 if that is not so.
extension FindingKind {
  struct Entry {
    let exitCode: ExitCode
    let meaning: String
    let cause: String
    let risk: String
    let next: NextStep

    init(_ exitCode: ExitCode, _ meaning: String, cause: String, risk: String, next: NextStep) {
      self.exitCode = exitCode
      self.meaning = meaning
      self.cause = cause
      self.risk = risk
      self.next = next
    }
  }

  var entry: Entry {
    switch self {
    case .notOurFormat, .formatNewer, .featuresReadOnly, .nothingReadable, .rangeUnreadable, .fileTruncated,
      .fileOverLong, .gapNotZero, .ioUnitTooSmall, .otherMembers, .liveFile, .fileChanging, .repairInProgress:
      fileEntry
    case .superblockCopyDamaged, .superblockCopyStale, .superblockCopyUnacknowledged, .superblockCopyMisdirected,
      .superblockCopyUnreadable, .superblockCopyMissing, .superblockCopyForeign:
      copyEntry
    case .superblockNotFound, .superblockIdentitiesDiffer, .superblockFork, .superblockCopyAhead,
      .superblockNotLinked, .superblockQuorumLost, .superblockRolledBack:
      superblockEntry
    case .walHeaderCorrupt, .walHeaderBehind, .walTailTorn, .walTailLeftover, .walTailDamaged,
      .walSlotVacantDamaged, .walSlotGivenUp, .walPrepareUnusedDamaged:
      healedEntry
    case .walPrepareCorrupt, .walPrepareMissing, .walEntriesDisagree, .walEntryLost, .walEntryUnknown,
      .walEntryUnexpected, .walHeadUndecidable, .walChainBroken:
      lostEntry
    case .checkpointDamaged, .checkpointInconsistent, .blockCorrupt, .blockUnexpected, .blockInconsistent,
      .blockUnknown, .treeInconsistent, .treeMiscounted, .blockUnusedDamaged, .blockLeftover:
      gridEntry
    case .replyLost, .replySlotDamaged, .replyTorn:
      replyEntry
    }
  }

  private var fileEntry: Entry {
    switch self {
    case .notOurFormat:
      Entry(
        .notOurFormat, "nothing in the file is a data file's: no superblock, no header of a log entry, no reply",
        cause: "another file was named, or everything was overwritten", risk: "nothing was concluded",
        next: .nameTheRightFile)
    case .formatNewer:
      Entry(
        .notOurFormat, "a newer release wrote the file; this one cannot judge it",
        cause: "the replica was upgraded", risk: "none, as long as this release leaves the file alone",
        next: .useNewerRelease)
    case .featuresReadOnly:
      Entry(
        .notOurFormat, "the file uses a feature that this release does not know: it may read the file, not write it",
        cause: "a newer release has used the file", risk: "none, as long as this release does not write to the file",
        next: .useNewerRelease)
    case .nothingReadable:
      Entry(
        .inputOutput, "not one unit of the file could be read", cause: "the device or the filesystem fails",
        risk: "nothing was concluded", next: .copyFirst)
    case .rangeUnreadable:
      Entry(
        .degraded, "the device does not give these bytes", cause: "a latent sector error",
        risk: "what lies there is as good as gone; neighbours may follow", next: .copyFirst)
    case .fileTruncated:
      Entry(
        .repairable, "the file is shorter than its superblock says",
        cause: "the file was cut, or an incomplete copy was made",
        risk: "whatever lay beyond the end; other findings name what of it mattered", next: .inspectSuperblock)
    case .fileOverLong:
      Entry(
        .degraded, "the file is longer than its superblock says",
        cause: "something was appended, or the file was preallocated", risk: "nothing: no reader looks there",
        next: .nothing)
    case .gapNotZero:
      Entry(
        .degraded, "bytes between two zones, which nobody writes, are not zero",
        cause: "bit rot, or a misdirected write: then what belongs elsewhere is missing there",
        risk: "nothing lies here, but the medium or the path to it is not sound", next: .checkMedium)
    case .ioUnitTooSmall:
      Entry(
        .repairable, "the device cannot write units as small as the file's",
        cause: "the file was moved to a device with larger sectors", risk: "a replica cannot run on the file here",
        next: .nothing)
    case .otherMembers:
      Entry(
        .sound, "the file belongs to a cluster of several replicas",
        cause: "it was formatted so", risk: "nothing: it abstains until the other replicas answer", next: .nothing)
    case .liveFile:
      Entry(
        .sound, "a replica runs on the file; it was judged as of the head at the start",
        cause: "the replica was not stopped", risk: "nothing", next: .nothing)
    case .fileChanging:
      Entry(
        .incomplete, "the file kept changing under the reader, so that nothing certain can be said",
        cause: "a replica runs on the file, or something else writes to it", risk: "damage may have gone unseen",
        next: .verify)
    case .repairInProgress:
      // 13, for what is missing is in another file: the undo log gives back exactly one of two states.
      Entry(
        .restorable,
        "a repair of the file was begun and is not finished; its undo log completes it or takes it back",
        cause: "the power failed, a write failed, or the repair was killed",
        risk: "nothing, as long as the undo log is there: it holds what was overwritten; no replica starts meanwhile",
        next: .resumeRepair)
    default: preconditionFailure("a finding about the file as a whole")
    }
  }

  private var copyEntry: Entry {
    switch self {
    case .superblockCopyDamaged:
      Entry(
        .degraded, "a superblock copy is damaged",
        cause: "bit rot, or a crash while it was written",
        risk: "one copy less to survive on", next: .start)
    case .superblockCopyStale:
      Entry(
        .degraded, "a superblock copy is of an earlier update", cause: "a crash during an update, or a lost write",
        risk: "one copy less to survive on", next: .start)
    case .superblockCopyUnacknowledged:
      Entry(
        .degraded, "a superblock copy is of an update that was begun and never took effect",
        cause: "a crash at the beginning of an update", risk: "one copy less to survive on", next: .start)
    case .superblockCopyMisdirected:
      Entry(
        .degraded, "another copy's bytes stand in the place of a superblock copy", cause: "a misdirected write or read",
        risk: "one copy less to survive on; the path to the medium is not sound", next: .start)
    case .superblockCopyUnreadable:
      Entry(
        .degraded, "the device does not give the bytes of a superblock copy", cause: "a latent sector error",
        risk: "one copy less to survive on; neighbours may follow", next: .start)
    case .superblockCopyMissing:
      Entry(
        .degraded, "the file ends before the superblock copy does", cause: "the file was cut",
        risk: "one copy less to survive on", next: .inspectSuperblock)
    case .superblockCopyForeign:
      Entry(
        .lost, "a superblock copy belongs to another file than the others",
        cause: "parts of two files were mixed: a misdirected write, or an incomplete copy over an older file",
        risk: "the rest of the file may be mixed too", next: .inspectSuperblock)
    default: preconditionFailure("a finding about a copy")
    }
  }

  private var superblockEntry: Entry {
    switch self {
    case .superblockNotFound:
      Entry(
        .lost, "no superblock copy is usable, though other structures in the file are",
        cause: "all four copies were overwritten or have rotted",
        risk: "identity, geometry, vote and checkpoint are unknown: no replica can start on the file",
        next: .inspectSuperblock)
    case .superblockIdentitiesDiffer:
      Entry(
        .lost, "superblock copies of two files, or of two geometries", cause: "parts of two files were mixed",
        risk: "whichever is chosen, the other file's promises are broken", next: .inspectSuperblock)
    case .superblockFork:
      Entry(
        .lost, "two superblock copies of the same sequence differ",
        cause: "two processes wrote to the file, or it was copied while a replica ran on it",
        risk: "choosing one gives up what the other acknowledged", next: .inspectSuperblock)
    case .superblockCopyAhead:
      Entry(
        .lost, "a superblock copy is more than one update ahead of those that agree",
        cause: "lost writes to the other copies, or copies put back from an older file",
        risk: "opening it would roll back an acknowledged vote, term or checkpoint", next: .inspectSuperblock)
    case .superblockNotLinked:
      Entry(
        .lost, "superblock copies of successive sequences are not linked",
        cause: "copies put back from another state of the file, or two processes wrote to it",
        risk: "one of the two histories would be lost", next: .inspectSuperblock)
    case .superblockQuorumLost:
      Entry(
        .lost, "no two superblock copies agree", cause: "several copies were damaged",
        risk: "a newer vote, term or checkpoint than the one left may have been acknowledged", next: .inspectSuperblock)
    case .superblockRolledBack:
      Entry(
        .lost, "the log holds entries that the superblock rules out",
        cause: "the superblock copies were put back from an older state, or all their writes were lost",
        risk: "a vote or a term may be forgotten, and entries of the log would be taken for void",
        next: .inspectSuperblock)
    default: preconditionFailure("a finding about the superblock")
    }
  }

  private var healedEntry: Entry {
    switch self {
    case .walHeaderCorrupt:
      Entry(
        .degraded, "an entry's header is damaged in the header ring; the prepare ring holds the whole entry",
        cause: "bit rot, or a torn write of the header's unit", risk: "one copy of the header less", next: .start)
    case .walHeaderBehind:
      Entry(
        .sound, "an entry is whole in the prepare ring, and its header was not yet written",
        cause: "the replica was killed in between", risk: "nothing: it was never acknowledged, and is kept",
        next: .nothing)
    case .walTailTorn:
      Entry(
        .sound, "a prepare at the end of the log was being written when the replica stopped",
        cause: "the replica was killed, or the power failed", risk: "nothing: it was never acknowledged", next: .nothing
      )
    case .walTailLeftover:
      Entry(
        .sound, "a prepare beyond the end of the log does not continue it",
        cause: "the replica was killed with several prepares in flight", risk: "nothing: it was never acknowledged",
        next: .nothing)
    case .walTailDamaged:
      Entry(
        .degraded, "both rings are damaged in a slot beyond the end of the log",
        cause: "bit rot, beside a crash", risk: "nothing: whatever was there was never acknowledged", next: .start)
    case .walSlotVacantDamaged:
      Entry(
        .degraded, "the header of a slot is damaged, and no entry was prepared there", cause: "bit rot",
        risk: "nothing: the log ends before", next: .start)
    case .walSlotGivenUp:
      Entry(
        .sound, "a slot beyond the end of the log was found damaged earlier and is marked so",
        cause: "the replica healed itself at an earlier start", risk: "nothing", next: .nothing)
    case .walPrepareUnusedDamaged:
      Entry(
        .degraded, "a prepare that the log does not need is damaged, and not because of a crash", cause: "bit rot",
        risk: "nothing: the slot will be overwritten; but the medium is not sound", next: .checkMedium)
    default: preconditionFailure("a finding that a replica gets over")
    }
  }

  private var lostEntry: Entry {
    switch self {
    case .walPrepareCorrupt:
      Entry(
        .restorable, "an acknowledged entry is damaged; its header tells which entry it was", cause: "bit rot",
        risk: "the entry's contents, and with it everything after it", next: .dumpWAL)
    case .walPrepareMissing:
      Entry(
        .restorable, "an acknowledged entry is not in the prepare ring; its header tells which entry it was",
        cause: "a lost or misdirected write", risk: "the entry's contents, and with it everything after it",
        next: .dumpWAL)
    case .walEntriesDisagree:
      Entry(
        .restorable, "the two rings hold different entries of the same op",
        cause: "a lost or misdirected write, or parts of an older file", risk: "the entry that the header names",
        next: .dumpWAL)
    case .walEntryLost:
      Entry(
        .restorable, "an entry is gone from both rings; another structure tells which entry it was",
        cause: "damage in both rings", risk: "the entry's contents, and with it everything after it", next: .dumpWAL)
    case .walEntryUnknown:
      Entry(
        .lost, "an entry is gone from both rings, and nothing tells which entry it was",
        cause: "damage in both rings", risk: "the entry; no other replica's entry can be proven to be the same",
        next: .decideOnLog)
    case .walEntryUnexpected:
      Entry(
        .restorable, "an entry is right by itself, but the superblock names another of this op",
        cause: "parts of an older or another file, or a lost write", risk: "the entry that the superblock names",
        next: .dumpWAL)
    case .walHeadUndecidable:
      Entry(
        .lost, "both rings are damaged where the log may end: whether there was an entry cannot be told",
        cause: "damage in both rings", risk: "the last acknowledged entry, if there was one", next: .decideOnLog)
    case .walChainBroken:
      Entry(
        .lost, "an entry is right by itself, but does not follow the one before it, or the log ends before it may",
        cause: "a lost or misdirected write, or parts of an older file",
        risk: "which of the entries were acknowledged cannot be told", next: .decideOnLog)
    default: preconditionFailure("a finding that a replica refuses")
    }
  }
}
