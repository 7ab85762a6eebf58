/// What the process tells its caller: the one table of design section 7.
///
/// 10 to 14 is a verdict on the file; from 64 on nothing was concluded, so automation must not act on it.
public enum ExitCode: UInt8, CaseIterable, Comparable, Sendable {
  case sound = 0
  case degraded = 10
  case repairable = 11
  case incomplete = 12
  case restorable = 13
  case lost = 14
  case declined = 15
  case different = 16
  case notMet = 17
  case drillFailed = 18
  case usage = 64
  case notOurFormat = 65
  case noInput = 66
  case unreachable = 69
  case internalError = 70
  case cannotCreate = 73
  case inputOutput = 74
  case locked = 75
  case notPermitted = 77
  case interrupted = 130
  case terminated = 143

  /// The number that the process exits with.
  public var number: Int32 { Int32(rawValue) }

  /// A short name in words, stable for scripts.
  public var name: String { entry.name }

  /// What it means, for an operator.
  public var meaning: String { entry.meaning }

  /// True if it is a verdict on the file (0 and 10 to 14).
  public var isVerdict: Bool { self <= .lost }

  /// True if nothing was concluded, so that nothing may be done because of it.
  public var concludesNothing: Bool { self >= .usage }

  public static func < (left: ExitCode, right: ExitCode) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The highest that applies, over all findings and all files named; nothing if there were none to judge by.
  public static func worst(_ codes: some Sequence<ExitCode>) -> ExitCode? {
    codes.max()
  }

  /// Becomes `other` if that is worse.
  public mutating func raise(to other: ExitCode) {
    self = max(self, other)
  }

  private var entry: (name: String, meaning: String) {
    switch self {
    case .sound: ("sound", "sound, or repaired and verified again")
    case .degraded: ("degraded", "degraded: a replica serves it after repairing itself; redundancy covers all")
    case .repairable: ("repairable", "damaged: a safe plan from this file alone exists")
    case .incomplete:
      ("incomplete", "incomplete: a limit was reached, the file kept changing, or output closed before the verdict")
    case .restorable:
      ("restorable", "damaged: something is missing that another source (peer, backup) could restore exactly")
    case .lost: ("lost", "damaged: an identity is unknown or something is lost for good; a human must decide")
    case .declined: ("declined", "declined, stale plan, or nothing to do it with: nothing written")
    case .different: ("different", "replicas differ")
    case .notMet: ("not-met", "no such key, or the condition of the request was not met")
    case .drillFailed: ("drill-failed", "the drill lost something")
    case .usage: ("usage", "wrong usage; nothing was read or written")
    case .notOurFormat: ("not-our-format", "not our format, or a feature this release does not know")
    case .noInput: ("no-input", "no such input")
    case .unreachable: ("unreachable", "the server cannot be reached")
    case .internalError: ("internal-error", "internal error: a fault of the tool, not of the file")
    case .cannotCreate: ("cannot-create", "the output exists or cannot be created")
    case .inputOutput: ("input-output", "not even one unit could be read, or a write failed")
    case .locked: ("locked", "locked by another process")
    case .notPermitted: ("not-permitted", "not permitted")
    case .interrupted: ("interrupted", "interrupted (SIGINT) before a verdict")
    case .terminated: ("terminated", "terminated (SIGTERM) before a verdict")
    }
  }
}

extension ExitCode: JSONValue {
  /// Writes `{"code": 11, "name": "repairable", "meaning": "..."}`.
  public func write(to json: JSONWriter) {
    json.object {
      json.field("code", number)
      json.field("name", name)
      json.field("meaning", meaning)
    }
  }
}
