internal import MKraftOutput

extension FindingCatalogue {
  /// The file as a whole.
  static let file: [FindingEntry] = [
    FindingEntry(
      .notOurFormat, .file, .notOurFormat,
      "nothing in the file is a data file's: no superblock, no header of a log entry, no reply, no block",
      causes: ["another file was named", "everything in it was overwritten"],
      risk: "unknown: nothing was concluded about the contents",
      danger: "none if the wrong file was named; if this is the replica's file, none of its state is left in it",
      next: .nameTheRightFile),
    FindingEntry(
      .formatNewer, .file, .notOurFormat, "a newer release wrote the file; this one cannot judge it",
      causes: ["the replica was upgraded"], risk: "nothing, as long as this release leaves the file alone",
      danger: "it is no damage; an older release that wrote to the file would be the damage, and so this one refuses",
      next: .useNewerRelease),
    FindingEntry(
      .featuresReadOnly, .file, .notOurFormat,
      "the file uses a feature that this release does not know: it may read the file, not write it",
      causes: ["a newer release has used the file"],
      risk: "nothing, as long as this release does not write to the file",
      danger: "it is no damage: everything was verified as far as this release knows it; only starting is refused",
      next: .useNewerRelease),
    FindingEntry(
      .nothingReadable, .file, .inputOutput, "not one unit of the file could be read",
      causes: ["the device or the path to it fails", "the filesystem fails"],
      risk: "unknown: nothing was concluded about the contents",
      danger: "every attempt may make a failing device worse; what it holds may still be whole", next: .checkDevice),
    FindingEntry(
      .rangeUnreadable, .file, .degraded, "the device does not give these bytes (EIO)",
      causes: ["a latent sector error", "a failing device"],
      risk: "what stands there is as good as gone; other findings name it, if anything that matters does",
      danger: "low where nothing stands; but a device that has lost one sector is likely to lose its neighbours",
      next: .copyFirst),
    FindingEntry(
      .readUnsteady, .file, .degraded,
      "the device failed to give these bytes at first (EIO), and gave them when it was asked again",
      causes: ["a sector that is about to fail", "a bad path to the device"],
      risk: "nothing yet: the bytes were read in the end, and judged",
      danger: "the next time they may not come; its neighbours may go first", next: .copyFirst),
    FindingEntry(
      .fileTruncated, .file, .repairable, "the file is shorter than its superblock says",
      causes: ["the file was cut", "an incomplete copy was made: the target was full, or the copy was interrupted"],
      risk: "whatever lay beyond the end; other findings name what of it mattered",
      danger: "no replica starts on it; nothing that is left is in danger as long as nobody writes to the file",
      next: .findWhole),
    FindingEntry(
      .fileOverLong, .file, .degraded,
      "the file is longer than its superblock says, and not by whole blocks that the grid will grow into",
      causes: ["something was appended", "it was copied into a longer file"],
      risk: "nothing: no reader looks there", danger: "none: a replica serves the file", next: .nothing),
    FindingEntry(
      .gapNotZero, .gaps, .degraded, "bytes between two zones, which nobody writes, are not zero",
      causes: ["bit rot", "a misdirected write: then what belongs elsewhere is missing there"],
      risk: "nothing stands here, but the medium or the path to it is not sound",
      danger: "low for this file as it is; a misdirected write shows up as another finding where its bytes belong",
      next: .checkMedium),
    FindingEntry(
      .ioUnitTooSmall, .file, .repairable, "the device cannot write units as small as the file's io_unit",
      causes: ["the file was moved to a device with larger sectors"],
      risk: "nothing in the file: a replica cannot run on it here",
      danger: "none: every unit was verified as anywhere else", next: .otherDevice),
    FindingEntry(
      .otherMembers, .file, .sound, "the file belongs to a cluster of several replicas",
      causes: ["it was formatted so"], risk: "nothing: a replica abstains until the others answer",
      danger: "none; what it would be worth to a replica alone is said in the log's decisions", next: .nothing),
    FindingEntry(
      .liveFile, .file, .sound, "a replica runs on the file; it was judged as of the checkpoint and head at the start",
      causes: ["the replica was not stopped"], risk: "nothing",
      danger: "none; what was written meanwhile was not judged", next: .nothing),
    FindingEntry(
      .fileChanging, .file, .incomplete,
      "the file kept changing under the reader, so that nothing certain can be said",
      causes: ["a replica runs on the file and takes checkpoints quickly", "something else writes to the file"],
      risk: "damage may have gone unseen", danger: "unknown: it is neither sound nor damaged as far as this look goes",
      next: .verify),
    // 13, for what is missing is in another file: the undo log gives back exactly one of two states.
    FindingEntry(
      .repairInProgress, .file, .restorable,
      "a repair of the file was begun and is not finished; its undo log completes it or takes it back",
      causes: ["the power failed", "a write failed", "the repair was killed"],
      risk: "nothing, as long as the undo log is there: it holds what was overwritten",
      danger: "no replica starts on it; without the undo log neither the old state nor the new one can be had",
      next: .resumeRepair),
    FindingEntry(
      .verificationIncomplete, .file, .incomplete, "not everything that was asked for was read",
      causes: ["a limit of the verification was reached", "somebody interrupted it"],
      risk: "damage may have gone unseen in what was not read",
      danger: "none by itself: it says nothing of what was not read", next: .verifyOn),
    FindingEntry(
      .numbersExhausted, .file, .lost,
      "sequence, term, op or timestamp of the file is so high that no replica can count on from it",
      causes: ["a forged file", "a clock that was centuries ahead when an entry was made"],
      risk: "no key and no value: what is in the file can be read",
      danger: "no replica starts on it; none can ever write to it again", next: .decideOnLog),
  ]
}
