public import MKraftFormat
public import MKraftOutput

/// One change of bytes that a repair makes.
public struct RepairAction: Sendable, Equatable {
  public let method: RepairMethod
  /// The finding that it answers.
  public let finding: FindingKind
  public var copy: Int?
  public var slot: Int?
  public var op: UInt64?
  public var block: UInt64?
  /// The bytes of the file that it changes; where the length changes, those that come or go.
  public let range: Range<UInt64>
  /// XXH3-128, without a seed, of what stands there; nil if nothing does or the device does not give it.
  public var oldChecksum: UInt128?
  /// XXH3-128, without a seed, of what is to stand there; nil if nothing is, or zeros for what cannot be read.
  public var newChecksum: UInt128?
  /// Which of the plan's sources the bytes come from; nil if they follow from the file itself.
  public var source: Int?

  public init(_ method: RepairMethod, _ finding: FindingKind, range: Range<UInt64>) {
    self.method = method
    self.finding = finding
    self.range = range
  }
}

/// A finding that the plan does nothing about, and why.
public struct RepairDeclined: Sendable, Equatable {
  public let finding: Finding
  public let reason: String
}

/// What a repair of a file would do. It is bound to the state of the file that it was made for: to any other it does not apply.
public struct RepairPlan: Sendable, Equatable {
  /// The state of the file that the plan is for.
  public struct Subject: Sendable, Equatable {
    public var cluster: UInt128
    public var member: UInt128
    public var fileID: UInt128
    /// The superblock that the file is opened at, before and after.
    public var sequence: UInt64
    public var superblock: UInt128
    public var geometry: Geometry
    /// Bytes of the file, before and after.
    public var sizeBefore: UInt64
    public var sizeAfter: UInt64

    public init(
      cluster: UInt128, member: UInt128, fileID: UInt128, sequence: UInt64, superblock: UInt128, geometry: Geometry,
      sizeBefore: UInt64, sizeAfter: UInt64
    ) {
      self.cluster = cluster
      self.member = member
      self.fileID = fileID
      self.sequence = sequence
      self.superblock = superblock
      self.geometry = geometry
      self.sizeBefore = sizeBefore
      self.sizeAfter = sizeAfter
    }

    public init(_ superblock: Superblock, byteCount: UInt64) {
      cluster = superblock.cluster
      member = superblock.member
      fileID = superblock.fileID
      sequence = superblock.sequence
      self.superblock = superblock.checksum
      geometry = superblock.geometry
      sizeBefore = byteCount
      sizeAfter = byteCount
    }
  }

  public var subject: Subject
  public var sources: [RepairSource]
  /// In the order in which they are written.
  public var actions: [RepairAction]
  /// The device does not give some bytes: the file is to be copied, never to be written to.
  public var needsCopy: Bool

  /// Whether it changes nothing: neither bytes nor the device they are on.
  public var isEmpty: Bool { actions.isEmpty && !needsCopy }
  /// The verdicts' exit codes as the file is, and as it would be.
  public var before: ExitCode
  public var after: ExitCode

  public init(
    subject: Subject, sources: [RepairSource], actions: [RepairAction], needsCopy: Bool, before: ExitCode,
    after: ExitCode
  ) {
    self.subject = subject
    self.sources = sources
    self.actions = actions
    self.needsCopy = needsCopy
    self.before = before
    self.after = after
  }

  /// Bytes that are written.
  public var byteCount: UInt64 { actions.reduce(0) { $0 + ($1.newChecksum == nil ? 0 : UInt64($1.range.count)) } }

  /// XXH3-128, without a seed, of all that the plan says, but for where its sources lie.
  public var checksum: UInt128 {
    let geometry = subject.geometry
    var lines = [
      subject.cluster.hex, subject.member.hex, subject.fileID.hex, "\(subject.sequence)", subject.superblock.hex,
      "\(subject.sizeBefore) \(subject.sizeAfter) \(needsCopy) \(before.number) \(after.number)",
      "\(geometry.ioUnit) \(geometry.slotCount) \(geometry.messageSize) \(geometry.pipeline) \(geometry.checkpointInterval)",
      "\(geometry.headroom) \(geometry.sessions) \(geometry.blockSize) \(geometry.gridBlocksMax)",
    ]
    lines += sources.map { "\($0.role.rawValue)" }
    for action in actions {
      lines.append(
        "\(action.method.name) \(action.finding.name) \(action.range.lowerBound) \(action.range.upperBound) "
          + "\(action.oldChecksum?.hex ?? "-") \(action.newChecksum?.hex ?? "-") \(action.source ?? -1)")
    }
    return Checksum.of(Array(lines.joined(separator: "\n").utf8).rawSpan, seed: 0)
  }

  /// In what this plan is not the other, one line each; empty if it is the same.
  public func differences(from other: RepairPlan) -> [String] {
    guard self != other else { return [] }
    var found: [String] = []
    func compare(_ name: String, _ mine: some CustomStringConvertible, _ theirs: some CustomStringConvertible) {
      if "\(mine)" != "\(theirs)" { found.append("\(name) is \(mine), not \(theirs)") }
    }
    compare("cluster", subject.cluster.hex, other.subject.cluster.hex)
    compare("file_id", subject.fileID.hex, other.subject.fileID.hex)
    compare("sequence", subject.sequence, other.subject.sequence)
    compare("the superblock", subject.superblock.hex, other.subject.superblock.hex)
    compare("the file's size", subject.sizeBefore, other.subject.sizeBefore)
    compare("the verdict", before.name, other.before.name)
    compare("the number of actions", actions.count, other.actions.count)
    for (mine, theirs) in zip(actions, other.actions) where mine != theirs {
      found.append(
        "bytes \(theirs.range.lowerBound)..<\(theirs.range.upperBound), \(theirs.method.name): they are no longer what the "
          + "plan replaces, or would no longer become what it says")
      break
    }
    return found.isEmpty ? ["the plan's details are others"] : found
  }
}
