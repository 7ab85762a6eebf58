internal import MKraftOutput

/// The part of the catalogue that speaks of the checkpoint: its blocks in the grid, and the stored replies.
///
/// A block's identity is what its referrer says. As long as that stands, another copy of the block can be proven to be the right
/// one, here or in the file of a replica at the same checkpoint: 13. Right checksums with contents that contradict each
/// other, and damage that nothing vouches for, are for a human to decide on: 14.
extension FindingKind {
  var gridEntry: Entry {
    switch self {
    case .checkpointDamaged:
      Entry(
        .restorable, "a block that the checkpoint's sets or sessions lie in is not the one that was written",
        cause: "bit rot, a latent sector error, a lost or a misdirected write",
        risk: "no replica starts without it: which blocks are in use, or what clients were answered, is unknown",
        next: .restoreBlock)
    case .checkpointInconsistent:
      Entry(
        .lost, "the checkpoint's sets or sessions have right checksums, and contradict each other or the superblock",
        cause: "a fault of the software that wrote them, or a forged file",
        risk: "no replica starts on it: it might overwrite blocks in use, or execute requests twice",
        next: .decideOnState)
    case .blockCorrupt:
      Entry(
        .restorable, "a block of the state is damaged or gone; the block that refers to it tells which it was",
        cause: "bit rot, or a latent sector error",
        risk: "the keys and values in it and below it: a replica starts, and stops when it needs the block",
        next: .restoreBlock)
    case .blockUnexpected:
      Entry(
        .restorable, "a whole block stands in the place of another one of the state",
        cause: "a lost or misdirected write, or parts of an older or another file",
        risk: "the keys and values of the right one: a replica starts, and stops when it needs the block",
        next: .restoreBlock)
    case .blockInconsistent:
      Entry(
        .lost, "a block of the state is the one that is referred to, but its contents cannot stand in its place",
        cause: "a fault of the software that wrote it, or a forged file",
        risk: "the keys and values in it and below it: a replica starts, and stops when it needs the block",
        next: .decideOnState)
    case .blockUnknown:
      Entry(
        .lost, "a block in use is damaged, and so is whatever refers to it: nothing tells which block it was",
        cause: "damage in several places",
        risk: "keys and values below the other damaged block; when that is restored, this one can be told",
        next: .decideOnState)
    case .treeInconsistent:
      Entry(
        .lost, "the state refers to a block that the checkpoint's sets do not give it, or twice to the same",
        cause: "a fault of the software that wrote it, or a forged file",
        risk: "the block may be taken for free and overwritten: a replica starts, and stops when it needs the block",
        next: .decideOnState)
    case .treeMiscounted:
      Entry(
        .degraded,
        "the checkpoint counts other pairs or blocks than the state has, or blocks in use that nothing needs",
        cause: "a fault of the software that wrote it, or a forged file",
        risk: "nothing is lost; blocks may never be used again, and other replicas have another checkpoint",
        next: .nothing)
    case .blockUnusedDamaged:
      Entry(
        .degraded, "a block that the checkpoint has dropped is damaged, and not because of a crash", cause: "bit rot",
        risk: "nothing: no state refers to it, and it will be overwritten; but the medium is not sound",
        next: .checkMedium)
    case .blockLeftover:
      Entry(
        .sound, "a block that the checkpoint has dropped was being overwritten, or was never written to its end",
        cause: "the replica was killed, or the power failed", risk: "nothing: no state refers to it", next: .nothing)
    default: preconditionFailure("a finding about the grid")
    }
  }

  var replyEntry: Entry {
    switch self {
    case .replyLost:
      Entry(
        .restorable, "the stored reply to a session's last request is gone, and the log does not make it again",
        cause: "bit rot, a latent sector error, a lost or a misdirected write",
        risk: "no replica starts without it: the request, if repeated, could not be answered as it was",
        next: .restoreReply)
    case .replySlotDamaged:
      Entry(
        .degraded,
        "a reply slot is damaged that nothing depends on: no session has it, or the log makes its reply again",
        cause: "bit rot, or a misdirected write", risk: "nothing: it will be overwritten; but the medium is not sound",
        next: .checkMedium)
    case .replyTorn:
      Entry(
        .sound, "a stored reply was being written for the next checkpoint when the replica stopped",
        cause: "the replica was killed, or the power failed", risk: "nothing: the log makes it again", next: .nothing)
    default: preconditionFailure("a finding about a reply")
    }
  }
}
