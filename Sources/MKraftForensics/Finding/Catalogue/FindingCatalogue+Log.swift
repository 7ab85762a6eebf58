internal import MKraftOutput

extension FindingCatalogue {
  /// What a replica gets over in the write-ahead log.
  static let logHealed: [FindingEntry] = [
    FindingEntry(
      .walHeaderCorrupt, .wal, .degraded,
      "an entry's header is damaged in the header ring; the prepare ring holds the whole entry",
      causes: ["bit rot", "a torn write of the header's unit"], risk: "one copy of the header less",
      danger: "low: the prepare certifies itself, and a replica writes the header anew when it starts", next: .start),
    FindingEntry(
      .walHeaderBehind, .wal, .sound, "an entry is whole in the prepare ring, and its header was not yet written",
      causes: ["the replica was killed in between", "the power failed in between"],
      risk: "nothing: it was never acknowledged, and is kept", danger: "none: this is how a crash looks",
      next: .nothing),
    FindingEntry(
      .walTailTorn, .wal, .sound, "a prepare at the end of the log was being written when the replica stopped",
      causes: ["the replica was killed", "the power failed"], risk: "nothing: it was never acknowledged",
      danger: "none: its header slot shows that it had not yet been written", next: .nothing),
    FindingEntry(
      .walTailLeftover, .wal, .sound, "a prepare beyond the end of the log does not continue it",
      causes: ["the replica was killed with several prepares in flight, and one before this was lost"],
      risk: "nothing: it was never acknowledged", danger: "none: it will be overwritten", next: .nothing),
    FindingEntry(
      .walTailDamaged, .wal, .degraded, "both rings are damaged in a slot beyond the end of the log",
      causes: ["bit rot, beside a crash"], risk: "nothing: whatever was there was never acknowledged",
      danger: "low: a replica marks the slot when it starts; but a crash alone does not damage a header like this",
      next: .start),
    FindingEntry(
      .walSlotVacantDamaged, .wal, .degraded, "the header of a slot is damaged, and no entry was prepared there",
      causes: ["bit rot"], risk: "nothing: the log ends before it",
      danger: "low: a replica marks the slot when it starts", next: .start),
    FindingEntry(
      .walSlotGivenUp, .wal, .sound,
      "a slot beyond the end of the log was found damaged earlier, and a replica marked it so",
      causes: ["a replica healed the log at an earlier start"], risk: "nothing",
      danger: "none: the mark goes when the slot is written next", next: .nothing),
    FindingEntry(
      .walPrepareUnusedDamaged, .wal, .degraded,
      "a prepare that the log does not need is damaged, and no crash explains it", causes: ["bit rot"],
      risk: "nothing: the slot will be overwritten", danger: "low for this file; but the medium is not sound",
      next: .checkMedium),
  ]

  /// What a replica refuses in the write-ahead log.
  static let logLost: [FindingEntry] = [
    FindingEntry(
      .walPrepareCorrupt, .wal, .restorable,
      "an acknowledged entry is damaged; its header tells which entry it was",
      causes: ["bit rot", "a latent sector error"],
      risk: "the entry's contents: without it nothing after it can be executed",
      danger: "no replica starts; nothing is lost as long as another replica or a backup holds the entry",
      next: .restoreEntry),
    FindingEntry(
      .walPrepareMissing, .wal, .restorable,
      "an acknowledged entry is not in the prepare ring; its header tells which entry it was",
      causes: ["a lost write", "a misdirected write"],
      risk: "the entry's contents: without it nothing after it can be executed",
      danger: "no replica starts; nothing is lost as long as another replica or a backup holds the entry",
      next: .restoreEntry),
    FindingEntry(
      .walEntriesDisagree, .wal, .restorable, "the two rings hold different entries of the same op",
      causes: ["a lost or misdirected write", "parts of an older file"], risk: "the entry that the header names",
      danger: "no replica starts: the prepare that is there is right by itself, and is not the acknowledged one",
      next: .restoreEntry),
    FindingEntry(
      .walEntryLost, .wal, .restorable,
      "an entry is gone from both rings; its successor or the superblock tells which entry it was",
      causes: ["damage in both rings"],
      risk: "the entry's contents: without it nothing after it can be executed",
      danger: "no replica starts; nothing is lost as long as another replica or a backup holds the entry",
      next: .restoreEntry),
    FindingEntry(
      .walEntryUnknown, .wal, .lost, "an entry is gone from both rings, and nothing tells which entry it was",
      causes: ["damage in both rings, and in whatever names the entry"],
      risk: "the entry, and everything after it",
      danger: "high: an entry was there, and no other copy of it can be proven to be the same; if its successor is "
        + "brought back first, that names it",
      next: .decideOnLog),
    FindingEntry(
      .walEntryUnexpected, .wal, .restorable,
      "an entry is right by itself, but the superblock names another one of this op",
      causes: ["parts of an older or another file", "a lost write"], risk: "the entry that the superblock names",
      danger: "no replica starts: it would execute an entry that was never acknowledged", next: .restoreEntry),
    FindingEntry(
      .walHeadUndecidable, .wal, .lost,
      "both rings are damaged where the log may end: whether there was an entry cannot be told",
      causes: ["damage in both rings"], risk: "the last acknowledged entry, if there was one",
      danger: "high: cutting the log here may lose an acknowledged write, and a replica does not guess; the entry "
        + "of the same op at another replica decides it",
      next: .decideOnLog),
    FindingEntry(
      .walChainBroken, .wal, .lost,
      "an entry is right by itself, but does not follow the one before it, or the log ends before it may",
      causes: ["a lost or misdirected write", "parts of an older file"],
      risk: "which of the entries were acknowledged cannot be told",
      danger: "high: entries on one side of the break are of another history", next: .decideOnLog),
  ]
}
