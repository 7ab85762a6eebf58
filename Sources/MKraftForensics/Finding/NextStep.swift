public import MKraftOutput

/// What to do about a finding: in words, and as a command ready to paste where there is one.
public enum NextStep: Sendable, Equatable {
  case nothing
  /// The replica heals it when it starts.
  case start
  /// The replica heals it when it starts, which other findings forbid.
  case startLater
  /// Nothing in the file needs repair, and yet something went wrong.
  case checkMedium
  /// The device gives nothing at all.
  case checkDevice
  /// Copy the file to a sound medium before anything else.
  case copyFirst
  case inspectSuperblock
  /// An entry whose checksum is known.
  case restoreEntry
  /// No entry of another file can be proven to be the right one.
  case decideOnLog
  /// Parts of the file are of an older state than others.
  case decideOnHistory
  /// Something that the file alone holds all of.
  case repair
  /// A block whose checksum is known.
  case restoreBlock
  /// A block whose checksum another damaged block knows.
  case restoreReferrer
  /// A reply whose checksum is known.
  case restoreReply
  /// No other copy of what is wrong in the state can be proven to be the right one.
  case decideOnState
  case verify
  /// A repair was begun, and its undo log tells how to go on or back.
  case resumeRepair
  /// Read what was not read yet.
  case verifyOn
  /// The rest of the file may be where it came from.
  case findWhole
  /// The file is sound, the device does not fit it.
  case otherDevice
  case useNewerRelease
  case nameTheRightFile

  public var words: String {
    switch self {
    case .nothing: "nothing to do"
    case .start: "start the replica: it heals this by itself"
    case .startLater: "settle first what forbids to start; the replica then heals this by itself"
    case .checkMedium: "nothing in the file needs repair, and a replica serves it; check the medium and the path to it"
    case .checkDevice:
      "check the device, the path to it and the system's log; once it can be read, copy the file to a sound medium before anything else"
    case .copyFirst: "copy the file to a sound medium before anything else: this one fails"
    case .inspectSuperblock:
      "keep the file as it is and start nothing on it; look at the superblock copies side by side: a human must decide"
    case .restoreEntry: NextStep.restore("entry")
    case .decideOnLog:
      "keep the file as it is; look at the slot and its neighbours, and decide: no other copy can be proven to be the right one; 'recover plan' names what could be kept in a new file"
    case .decideOnHistory:
      "keep the file as it is and start nothing on it; look for the rest of the newer state: the file that it was copied from, or a "
        + "newer copy; 'recover plan', with that behind it, names what could be kept in a new file"
    case .repair:
      "keep the file as it is; let repair make it right: this file alone holds all that it takes, and the checksum that is expected proves it"
    case .restoreBlock: NextStep.restore("block")
    case .restoreReferrer:
      "keep the file as it is; bring back first the damaged block above it, which another finding names, and verify again"
    case .restoreReply: NextStep.restore("reply")
    case .decideOnState:
      "keep the file as it is; look at all that is wrong in the grid, and decide: the state of another replica, or of a backup, is what can be trusted; 'recover plan' names what could be kept in a new file"
    case .verify: "verify the file again when no replica runs on it, or when less is written"
    case .verifyOn: "verify the rest: without limits, or a part each time with --resume STATE"
    case .findWhole:
      "keep the file as it is and start nothing on it; look for the whole file where this one came from, and see what of it is missing here; if nothing that mattered is, repair gives the file its length back"
    case .otherDevice:
      "move the file to a device whose sectors are no larger than its io_unit, and start the replica there"
    case .resumeRepair:
      "finish the repair with 'repair resume', or take it back with 'repair undo' and the undo log; do nothing else to the file before"
    case .useNewerRelease: "use a release that knows this format; this one must not touch the file"
    case .nameTheRightFile:
      "check the path and name the replica's data file; if this is it, keep it as it is and turn to a backup or another replica"
    }
  }

  /// What is known by its checksum is brought back by `repair`, from wherever it still is.
  private static func restore(_ item: String) -> String {
    "keep the file as it is; let repair bring the \(item) back from another replica (--peer) or a backup of this file (--backup): "
      + "the checksum that is expected proves it to be the right one"
  }

  /// The command to enter next about `finding`; nil if there is none in this release.
  public func command(path: String, about finding: Finding? = nil) -> ShellCommand? {
    switch self {
    case .nothing, .startLater, .useNewerRelease, .nameTheRightFile, .copyFirst, .checkDevice, .otherDevice: nil
    case .start, .checkMedium: ShellCommand("start").path(path)
    case .inspectSuperblock: ShellCommand("inspect-superblock").path(path)
    case .restoreEntry, .restoreBlock, .restoreReply, .findWhole: ShellCommand("repair").path(path)
    case .decideOnHistory: ShellCommand("recover", "plan").path(path)
    case .decideOnLog:
      finding?.slot.map { ShellCommand("dump-wal", "--slot", String($0)).path(path) }
        ?? ShellCommand("dump-wal").path(path)
    case .restoreReferrer, .decideOnState:
      finding?.block.map { ShellCommand("explain", "--block", String($0)).path(path) }
        ?? ShellCommand("verify-checksums", "--zone", "grid").path(path)
    case .verify, .verifyOn: ShellCommand("verify-checksums").path(path)
    case .resumeRepair: ShellCommand("repair", "resume").path(path)
    case .repair: ShellCommand("repair").path(path)
    }
  }
}
