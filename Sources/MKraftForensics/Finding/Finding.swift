public import MKraftFormat
public import MKraftOutput

/// One thing that was found in a file: what, where, how it is known.
public struct Finding: Sendable, Equatable {
  /// A value that was expected or found.
  public enum Value: Sendable, Equatable {
    case text(String)
    case number(UInt64)
    /// A checksum or an id.
    case checksum(UInt128)
  }

  public let kind: FindingKind
  /// Where in the file; nil if it is about the file as a whole.
  public var zone: Zone?
  /// The superblock copy.
  public var copy: Int?
  /// The slot of the rings, or of the reply zone.
  public var slot: Int?
  public var op: UInt64?
  /// The block of the grid.
  public var block: UInt64?
  /// Bytes of the file that the finding is about.
  public var range: Range<UInt64>?
  public var expected: Value?
  public var actual: Value?
  /// How it is known: what was read and what it was compared with.
  public var evidence: String
  /// Whether the file itself holds all that it takes to make it right again, provably (`FileAlone`).
  public package(set) var isRebuildable = false
  /// What most likely happened, where this finding tells more than its kind does.
  private var ownCause: String?

  public init(
    _ kind: FindingKind, zone: Zone? = nil, copy: Int? = nil, slot: Int? = nil, op: UInt64? = nil,
    block: UInt64? = nil, range: Range<UInt64>? = nil, expected: Value? = nil, actual: Value? = nil, evidence: String,
    cause: String? = nil
  ) {
    self.kind = kind
    self.zone = zone
    self.copy = copy
    self.slot = slot
    self.op = op
    self.block = block
    self.range = range
    self.expected = expected
    self.actual = actual
    self.evidence = evidence
    ownCause = cause
  }

  /// The same, with what most likely happened if that is known.
  func with(cause: String?) -> Finding {
    var finding = self
    finding.ownCause = cause
    return finding
  }

  /// What the finding calls for: what another source could restore needs none if the file alone will do.
  public var exitCode: ExitCode { FindingKind.exitCode(of: kind, isRebuildable: isRebuildable) }
  public var severity: Severity { Severity(exitCode) }
  public var likelyCause: String { ownCause ?? kind.cause }

  /// What to do about it.
  /// - Parameter startRefused: whether a replica refuses to start on the file, so that it heals nothing.
  public func next(startRefused: Bool) -> NextStep {
    startRefused && (next == .start || next == .checkMedium) ? .startLater : next
  }

  /// What to do about it, by itself.
  public var next: NextStep { isRebuildable ? .repair : kind.next }

  /// The command to enter next about it, on the file at `path`; nil if there is none in this release.
  public func command(path: String) -> ShellCommand? { next.command(path: path, about: self) }
}

extension Finding.Value: CustomStringConvertible {
  public var description: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .checksum(let checksum): checksum.hex
    }
  }
}

extension Finding {
  /// Where it is, in words: "copy 2 at 1074790400..1074806784", "op 17 in slot 17".
  public var place: String {
    var words: [String] = []
    if let copy { words.append("copy \(copy)") }
    if let op { words.append("op \(op)") }
    if let slot { words.append(zone == .replies ? "reply slot \(slot)" : "slot \(slot)") }
    if let block { words.append("block \(block)") }
    if words.isEmpty, let zone { words.append(zone.name) }
    if let range { words.append("bytes \(range.lowerBound)..<\(range.upperBound)") }
    return words.joined(separator: ", ")
  }
}
