internal import MKraftOutput

extension FindingCatalogue {
  /// The checkpoint and its tree, in the blocks of the grid.
  ///
  /// A block's identity is what its referrer says. As long as that stands, another copy of the block can be proven to be the
  /// right one, here or in the file of a replica at the same checkpoint: 13. Right checksums with contents that contradict each
  /// other, and damage that nothing vouches for, are for a human to decide on: 14.
  static let grid: [FindingEntry] = [
    FindingEntry(
      .checkpointDamaged, .grid, .restorable,
      "a block of the checkpoint's own (which blocks are in use, which sessions there are) is damaged or gone",
      causes: ["bit rot", "a latent sector error", "a lost or misdirected write"],
      risk: "which blocks are in use, or what clients were answered, is unknown",
      danger: "no replica starts without it; the keys and values themselves may all be whole", next: .restoreBlock),
    FindingEntry(
      .checkpointInconsistent, .grid, .lost,
      "the checkpoint's sets or sessions have right checksums, and contradict each other or the superblock",
      causes: ["a fault of the software that wrote them", "a forged file"],
      risk: "a replica might overwrite blocks in use, or execute requests twice",
      danger: "high: it was written so, and other replicas may have the same; no replica starts on it",
      next: .decideOnState),
    FindingEntry(
      .blockCorrupt, .grid, .restorable,
      "a block of the state is damaged or gone; the block that refers to it tells which it was",
      causes: ["bit rot", "a latent sector error"], risk: "the keys and values in it and below it",
      danger: "a replica stops when it needs the block: before it serves, if its log does; nothing is lost as long as "
        + "another replica or a backup holds it",
      next: .restoreBlock),
    FindingEntry(
      .blockUnexpected, .grid, .restorable,
      "a block of the state is not the one referred to: a whole block of another time or place stands there",
      causes: ["a lost write", "a misdirected write or read", "parts of an older or another file"],
      risk: "the keys and values in the right one and below it",
      danger: "a replica stops when it needs the block: before it serves, if its log does; it never serves the wrong "
        + "one",
      next: .restoreBlock),
    FindingEntry(
      .blockInconsistent, .grid, .lost,
      "a block of the state has the right checksum, but contents that cannot be right where it stands",
      causes: ["a fault of the software that wrote it", "a forged file"],
      risk: "the keys and values in it and below it",
      danger:
        "high: it was written so, and other replicas may have the same; a replica stops when it needs the block: before "
        + "it serves, if its log does",
      next: .decideOnState),
    FindingEntry(
      .blockUnknown, .grid, .lost,
      "a block in use is damaged, and so is whatever refers to it: nothing tells which block it was",
      causes: ["damage in several places"], risk: "the keys and values in it and below it",
      danger: "it follows from the other damaged block: when that is restored, its references tell what this one was",
      next: .restoreReferrer),
    FindingEntry(
      .treeInconsistent, .grid, .lost,
      "the state refers to a block that the checkpoint does not count as its own, to more blocks than it counts, or twice to "
        + "the same block",
      causes: ["a fault of the software that wrote it", "a forged file"],
      risk: "the block may be taken for free and overwritten",
      danger: "high: the longer a replica runs on it, the more may be overwritten; it stops when it needs the block",
      next: .decideOnState),
    FindingEntry(
      .treeMiscounted, .grid, .lost,
      "the checkpoint counts other pairs or blocks than the state has, or blocks as in use that nothing needs",
      causes: ["a fault of the software that wrote it", "a forged file"],
      risk:
        "no key and no value of the checkpoint; what is written after it, once no replica runs on the file any more",
      danger:
        "high: a replica starts, and stops when it has removed as many as are counted; or it makes a checkpoint of "
        + "an emptied state that no replica starts on",
      next: .decideOnState),
    FindingEntry(
      .blockReplacedDamaged, .grid, .degraded,
      "a block of a value is damaged, and the log replaces or removes the value before anything reads it",
      causes: ["bit rot", "a latent sector error", "a lost or misdirected write"],
      risk: "nothing: a replica that starts drops the block when it executes the log",
      danger: "low for this file; but the medium is not sound", next: .checkMedium),
    FindingEntry(
      .blockUnusedDamaged, .grid, .degraded,
      "a block that the checkpoint has dropped is damaged, and no crash explains it", causes: ["bit rot"],
      risk: "nothing: no state refers to it, and it will be overwritten",
      danger: "low for this file; but the medium is not sound", next: .checkMedium),
    FindingEntry(
      .blockLeftover, .grid, .sound,
      "a block that the checkpoint has dropped was being overwritten, or was never written to its end",
      causes: ["the replica was killed", "the power failed"], risk: "nothing: no state refers to it",
      danger: "none: this is how a crash looks", next: .nothing),
  ]

  /// Stored replies to clients.
  static let replies: [FindingEntry] = [
    FindingEntry(
      .replyAhead, .replies, .lost,
      "a stored reply is of a later op than the last of the log: the rest of the file is older than it",
      causes: [
        "the file was copied while a replica ran on it", "superblock and log were put back from an older state",
        "all writes to them were lost for a while",
      ],
      risk: "what was acknowledged after that state is not there any more",
      danger: "high: a replica that started would serve an old state, and use numbers of ops again",
      next: .decideOnHistory),
    FindingEntry(
      .replyLost, .replies, .restorable,
      "the stored reply to a session's last request is gone, and no entry after the checkpoint replaces it",
      causes: ["bit rot", "a latent sector error", "a lost or misdirected write"],
      risk: "a client that sends that request again could not be answered as it was",
      danger: "no replica starts without it; the keys and values are not touched by it", next: .restoreReply),
    FindingEntry(
      .replySlotDamaged, .replies, .degraded,
      "a reply slot is damaged that nothing depends on: no session has it, or the log makes its reply again",
      causes: ["bit rot", "a lost or misdirected write"],
      risk: "nothing: it will be overwritten", danger: "low for this file; but the medium is not sound",
      next: .checkMedium),
    FindingEntry(
      .replyTorn, .replies, .sound,
      "a stored reply was being written for the next checkpoint when the replica stopped",
      causes: ["the replica was killed", "the power failed"], risk: "nothing: the log makes it again",
      danger: "none: this is how a crash looks", next: .nothing),
  ]
}
