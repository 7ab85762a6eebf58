public import MKraftOutput

/// What to do about a finding: in words, and as a command ready to paste where there is one.
public enum NextStep: Sendable, Equatable {
  case nothing
  /// The replica heals it when it starts.
  case start
  case inspectSuperblock
  case dumpWAL
  case verify
  /// Copy the file to a sound medium before anything else.
  case copyFirst
  case useNewerRelease
  case nameTheRightFile

  public var words: String {
    switch self {
    case .nothing: "nothing to do"
    case .start: "start the replica: it heals this by itself"
    case .inspectSuperblock: "keep the file as it is; look at the superblock copies and decide"
    case .dumpWAL:
      "keep the file as it is; look at the slot, and get the entry from another replica or a backup of this file"
    case .verify: "verify the file again when no replica runs on it"
    case .copyFirst: "copy the file to a sound medium before anything else: this one fails"
    case .useNewerRelease: "use a release that knows this format; this one must not touch the file"
    case .nameTheRightFile: "name the replica's data file"
    }
  }

  /// The command to enter next; nil if there is none in this release.
  public func command(path: String, slot: Int? = nil) -> ShellCommand? {
    switch self {
    case .nothing, .useNewerRelease, .nameTheRightFile, .copyFirst: nil
    case .start: ShellCommand("start").path(path)
    case .inspectSuperblock: ShellCommand("inspect-superblock").path(path)
    case .dumpWAL:
      slot.map { ShellCommand("dump-wal", "--slot", String($0)).path(path) } ?? ShellCommand("dump-wal").path(path)
    case .verify: ShellCommand("verify-checksums").path(path)
    }
  }
}
