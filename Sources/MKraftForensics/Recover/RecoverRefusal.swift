internal import MKraftFormat

/// Why nothing can be recovered from some files. Nothing was written.
public enum RecoverRefusal: Error, Sendable, Equatable {
  /// No superblock copy is left in any of the files.
  case noSuperblock
  /// Nothing in any of the files is of a data file; `finding` says so of the first of them.
  case notOurs(path: String, finding: Finding)
  /// Nothing in an older copy is of a data file.
  case copyNotOurs(path: String, finding: Finding)
  /// An image of a file that never held still: its parts are of different times.
  case unsteady(path: String)
  /// A repair of the file was begun and is not finished.
  case repairInProgress(path: String, log: String)
  /// The file contradicts itself, or belongs to a newer release; named as a finding is.
  case contradiction(path: String, String)
  /// The file belongs to a cluster of several.
  case otherMembers(path: String, count: Int)
  case otherCluster(path: String, UInt128)
  case otherReplica(path: String, UInt128)
  /// Neither file was made from the other.
  case otherFile(path: String, UInt128)
  case otherGeometry(path: String)
  /// Two files went different ways, by this op: a replica ran on each.
  case diverged(op: UInt64, path: String, other: String)
  /// A newer file, in which nothing of the first file's last op is left: it may be a copy that was used by itself.
  case unconnected(op: UInt64, path: String, other: String, checkpoint: UInt64)
  /// A file that goes on with ops of its own where the first one shows that its log had ended.
  case endedBefore(op: UInt64, path: String, other: String)
  /// A file of a later term than the first one shows: it was started, or made, later.
  case startedLater(path: String, term: UInt64, other: String, otherTerm: UInt64)
  /// No checkpoint is whole, and the log does not reach back to the beginning.
  case noCheckpoint([RejectedCheckpoint])
  /// The log goes further beyond the checkpoint than a file has room for.
  case logTooLong(checkpoint: UInt64, head: UInt64, limit: UInt64)
  /// The new file would have the id of a file that there is, or its new cluster the id of theirs.
  case identityTaken
  /// Op, term, sequence or time have come to their end. Only a forged file's have.
  case numbersExhausted

  /// A checkpoint that cannot be gone on from, and why.
  public struct RejectedCheckpoint: Sendable, Equatable {
    public let op: UInt64
    /// The file whose superblock names it.
    public let path: String
    public let finding: FindingKind
    public let place: String
  }
}

extension RecoverRefusal {
  /// The file that it is about; nil if it is about all.
  public var path: String? {
    switch self {
    case .unsteady(let path), .repairInProgress(let path, _), .contradiction(let path, _), .otherMembers(let path, _),
      .otherCluster(let path, _), .otherReplica(let path, _), .otherFile(let path, _), .otherGeometry(let path),
      .diverged(_, let path, _), .notOurs(let path, _), .copyNotOurs(let path, _),
      .unconnected(_, _, let path, _),
      .startedLater(let path, _, _, _), .endedBefore(_, let path, _):
      path
    case .noSuperblock, .noCheckpoint, .logTooLong, .numbersExhausted, .identityTaken: nil
    }
  }

  /// Whether an older copy of the file may be enough.
  public var isCopyNeeded: Bool {
    switch self {
    case .noSuperblock, .notOurs, .noCheckpoint, .logTooLong: true
    default: false
    }
  }

  /// Why, for an operator.
  public var words: String {
    switch self {
    case .noSuperblock:
      "no superblock copy is left in any of these files: add an older copy of the file, which tells where everything lies"
    case .notOurs(_, let finding): "\(finding.kind.meaning) (\(finding.kind.name)): \(finding.evidence)"
    case .copyNotOurs(_, let finding):
      "\(finding.kind.meaning) (\(finding.kind.name)): \(finding.evidence); it can give nothing: leave it out"
    case .unsteady:
      "\(Finding.ofUnsteadyImage.kind.meaning) (\(Finding.ofUnsteadyImage.kind.name)): \(Finding.ofUnsteadyImage.evidence); make it again "
        + "when less is written, or stop the replica first"
    case .repairInProgress(_, let log):
      "a repair of the file was begun and is not finished; finish it or take it back first; its undo log is \(log)"
    case .contradiction(_, let name): "the file cannot be judged: \(name)"
    case .otherMembers(_, let count):
      "the file belongs to a cluster of \(count) members; recovering clusters of several comes with a later release"
    case .otherCluster(_, let cluster): "it belongs to another cluster: \(cluster.hex)"
    case .otherReplica(_, let member): "it is the file of another replica: \(member.hex)"
    case .otherFile(_, let file): "it is another file, \(file.hex), and neither was made from the other"
    case .otherGeometry: "it has another geometry: nothing lies where it lies in the other files"
    case .diverged(let op, _, let other):
      "it and \(other) went different ways: by op \(op) each has ops of its own; leave out the one whose later ops do not "
        + "count"
    case .unconnected(let op, let path, _, let checkpoint):
      "its checkpoint is op \(checkpoint), and nothing in it shows that op \(op) of \(path), the last that is known there, came before: "
        + "it may be a copy that was used by itself; leave out the one whose later ops do not count"
    case .endedBefore(let op, _, let other):
      "it has an op \(op), before which the log of \(other) ended, as that shows, and nothing there tells that the two have a history in "
        + "common up to then: it was used by itself; leave it out, or name it alone if its later ops are those that count"
    case .startedLater(_, let term, let other, let otherTerm):
      "it is of term \(term), and \(other) shows none later than \(otherTerm): it is no older copy, and its ops may be its own; "
        + "leave it out, or name it first if its ops are those that count"
    case .noCheckpoint:
      "no checkpoint is whole in any of these files, and their log does not reach back to its beginning; add an older copy of "
        + "the file"
    case .logTooLong(let checkpoint, let head, let limit):
      "the newest whole checkpoint is op \(checkpoint), and the log is there up to op \(head), further than a file has room "
        + "for (op \(limit)); add a backup with a later checkpoint"
    case .identityTaken: "the new file would take the id of a file that there is, or of its cluster; plan anew"
    case .numbersExhausted: "op, term or sequence have come to their end; only a forged file has such"
    }
  }
}
