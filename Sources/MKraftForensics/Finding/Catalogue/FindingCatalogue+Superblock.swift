internal import MKraftOutput

extension FindingCatalogue {
  /// Copies of the superblock, of which a file has four and needs two that agree.
  static let copies: [FindingEntry] = [
    FindingEntry(
      .superblockCopyDamaged, .superblocks, .degraded, "a superblock copy is damaged",
      causes: ["bit rot", "a crash while it was written"], risk: "one copy less to survive on",
      danger: "low: two copies that agree suffice, and a replica writes this one anew before it serves", next: .start),
    FindingEntry(
      .superblockCopyStale, .superblocks, .degraded, "a superblock copy is of an earlier update",
      causes: ["a crash during an update", "a lost write"], risk: "one copy less to survive on",
      danger: "low: the newer state stands in two copies at least; a replica writes this one anew before it serves",
      next: .start),
    FindingEntry(
      .superblockCopyUnacknowledged, .superblocks, .degraded,
      "a superblock copy is of an update that was begun and never took effect",
      causes: ["a crash at the beginning of an update"], risk: "one copy less to survive on",
      danger:
        "low: nobody was told of that update; a replica writes this copy anew before it serves, if the log reaches what it"
        + " says had been committed", next: .start),
    FindingEntry(
      .superblockCopyMisdirected, .superblocks, .degraded,
      "another copy's bytes stand in the place of a superblock copy", causes: ["a misdirected write or read"],
      risk: "one copy less to survive on",
      danger: "low for the superblock; but the path to the medium is not sound, and may have hit other structures",
      next: .start),
    FindingEntry(
      .superblockCopyUnreadable, .superblocks, .degraded,
      "the device does not give the bytes of a superblock copy (EIO)",
      causes: ["a latent sector error"], risk: "one copy less to survive on; neighbours may follow",
      danger: "low as long as the write that heals it succeeds; if that fails too, the device must be replaced",
      next: .start),
    FindingEntry(
      .superblockCopyMissing, .superblocks, .degraded, "the file ends before the superblock copy does",
      causes: ["the file was cut", "an incomplete copy was made"], risk: "one copy less to survive on",
      danger: "what lay between the end and here is missing too: see file-truncated", next: .findWhole),
    FindingEntry(
      .superblockCopyForeign, .superblocks, .lost, "a superblock copy belongs to another file than the others",
      causes: [
        "parts of two files were mixed: a copy onto an older file that stopped half-way", "a misdirected write",
      ],
      risk: "the rest of the file may be mixed too: a right checksum does not tell of which file an entry is",
      danger: "high: starting on a mixture can serve one file's state with the other's log", next: .inspectSuperblock),
  ]

  /// The superblock as the copies together tell it. A replica refuses each of these.
  static let superblock: [FindingEntry] = [
    FindingEntry(
      .superblockNotFound, .superblocks, .lost,
      "no superblock copy is usable, though other structures of a data file are there",
      causes: ["all four copies were overwritten or have rotted", "only a part of the file was copied"],
      risk: "identity, geometry, vote and checkpoint are unknown: no replica can start on the file",
      danger: "high: the log and the blocks may be whole, but nothing vouches for which of them count",
      next: .inspectSuperblock),
    FindingEntry(
      .superblockIdentitiesDiffer, .superblocks, .lost, "the superblock copies are of two files, or of two geometries",
      causes: ["parts of two files were mixed", "the file was formatted anew, or restored, and that was cut off"],
      risk: "whichever is chosen, the other file's promises are broken",
      danger: "high: nobody but a human who knows the file's history may choose", next: .inspectSuperblock),
    FindingEntry(
      .superblockFork, .superblocks, .lost, "two superblock copies have the same sequence and different contents",
      causes: ["two processes wrote to the file", "it was copied while a replica ran on it"],
      risk: "choosing one gives up what the other acknowledged",
      danger: "high: a vote or a checkpoint that others rely on would be forgotten", next: .inspectSuperblock),
    FindingEntry(
      .superblockCopyAhead, .superblocks, .lost,
      "a superblock copy is more than one update ahead of those that agree",
      causes: ["lost writes to the other copies", "the other copies were put back from an older file"],
      risk: "opening at those that agree would roll back an acknowledged vote, term or checkpoint",
      danger: "high: what is in the newer copy alone was acknowledged; the log may show how far the replica had got",
      next: .inspectSuperblock),
    FindingEntry(
      .superblockNotLinked, .superblocks, .lost,
      "superblock copies of successive sequences are not linked: the later one's parent is not the earlier one",
      causes: ["copies were put back from another state of the file", "two processes wrote to it"],
      risk: "they are of two histories, of which one would be lost",
      danger: "high: the copies alone do not tell which history was acknowledged", next: .inspectSuperblock),
    FindingEntry(
      .superblockQuorumLost, .superblocks, .lost, "no two superblock copies agree",
      causes: ["several copies were damaged"],
      risk: "a newer vote, term or checkpoint than the newest one left may have been acknowledged",
      danger: "high: the newest copy left bounds term, commit and checkpoint from below, and proves no more",
      next: .inspectSuperblock),
    FindingEntry(
      .superblockRolledBack, .superblocks, .lost,
      "the log holds entries that the superblock rules out: it is older than the log",
      causes: ["the superblock copies were put back from an older state", "all writes of an update were lost"],
      risk: "a vote or a term may be forgotten, and entries of the log would be taken for void",
      danger: "high: acknowledged entries would be cut off if a replica started", next: .decideOnHistory),
  ]
}
