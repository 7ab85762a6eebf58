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
  case inspectSuperblock
  case dumpWAL
  /// No entry of another file can be proven to be the right one.
  case decideOnLog
  /// A block whose checksum is known.
  case restoreBlock
  /// A reply whose checksum is known.
  case restoreReply
  /// No other copy of what is wrong in the state can be proven to be the right one.
  case decideOnState
  case verify
  /// Copy the file to a sound medium before anything else.
  case copyFirst
  /// A repair was begun, and its undo log tells how to go on or back.
  case resumeRepair
  case useNewerRelease
  case nameTheRightFile

  public var words: String {
    switch self {
    case .nothing: "nothing to do"
    case .start: "start the replica: it heals this by itself"
    case .startLater: "settle first what forbids to start; the replica then heals this by itself"
    case .checkMedium: "nothing in the file needs repair, and a replica serves it; check the medium and the path to it"
    case .inspectSuperblock: "keep the file as it is; look at the superblock copies and decide"
    case .dumpWAL:
      "keep the file as it is; look at the slot, and get the entry from another replica or a backup of this file"
    case .decideOnLog:
      "keep the file as it is; look at the slot and its neighbours, and decide: no other copy can be proven to be the right one"
    case .restoreBlock:
      "keep the file as it is; the checksum that is expected proves a copy of the block from another replica, or from a backup of this file, to be the right one"
    case .restoreReply:
      "keep the file as it is; the checksum that is expected proves a copy of the reply from another replica, or from a backup of this file, to be the right one"
    case .decideOnState:
      "keep the file as it is; look at all that is wrong in the grid, and decide: the state of another replica, or of a backup, is what can be trusted"
    case .verify: "verify the file again when no replica runs on it"
    case .copyFirst: "copy the file to a sound medium before anything else: this one fails"
    case .resumeRepair:
      "finish the repair with 'repair resume', or take it back with 'repair undo' and the undo log; do nothing else to the file before"
    case .useNewerRelease: "use a release that knows this format; this one must not touch the file"
    case .nameTheRightFile: "name the replica's data file"
    }
  }

  /// The command to enter next; nil if there is none in this release.
  public func command(path: String, slot: Int? = nil) -> ShellCommand? {
    switch self {
    case .nothing, .startLater, .useNewerRelease, .nameTheRightFile, .copyFirst: nil
    case .start, .checkMedium: ShellCommand("start").path(path)
    case .inspectSuperblock: ShellCommand("inspect-superblock").path(path)
    case .dumpWAL, .decideOnLog:
      slot.map { ShellCommand("dump-wal", "--slot", String($0)).path(path) } ?? ShellCommand("dump-wal").path(path)
    case .restoreBlock, .decideOnState: ShellCommand("verify-checksums", "--zone", "grid").path(path)
    case .restoreReply: ShellCommand("verify-checksums", "--zone", "replies").path(path)
    case .verify: ShellCommand("verify-checksums").path(path)
    case .resumeRepair: ShellCommand("repair", "resume").path(path)
    }
  }
}
