public import MKraftFormat
public import MKraftStorage

/// Another file that contents may be taken from, named by whoever asks for a repair.
public struct RepairSource: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    /// An older copy of the very file.
    case backup
    /// The file of another replica of the cluster.
    case peer
  }

  public let role: Role
  public let path: String

  public init(_ role: Role, _ path: String) {
    self.role = role
    self.path = path
  }
}

/// A source that was opened and found to be what it was called. That alone makes nothing of it right: every item taken from it is
/// proven by the damaged file. It guards against naming the wrong file.
///
/// The proof is a checksum, and that has to be one of the bytes that will be written. So of an image nothing but its bytes is taken:
/// what it recorded of others, which were left out, is never heard (`StandInStorage.unanswered`). A piece of it that is damaged, or
/// that the device did not give, cannot be read, and nothing is taken from there.
public struct RepairDonor: Sendable {
  public let source: RepairSource
  let storage: any Storage

  /// For a file that was looked into before. Of an image its answers are heard, so that what is planned with a redacted one must not be
  /// written.
  init(_ source: RepairSource, of storage: any Storage) {
    self.source = source
    self.storage = storage
  }

  /// Why a file is no source for the repair of another.
  public enum Refusal: Error, Sendable, Equatable {
    /// It is an image that keys and values were left out of.
    case redacted
    /// No superblock copy tells whose file it is.
    case unidentified
    case otherCluster(UInt128)
    /// Named as a peer, and it has the id of the damaged file's own replica.
    case ownReplica
    /// Named as a peer, and its replica is no member of the cluster.
    case noMember(UInt128)
    /// Named as a backup, and it is another replica's file.
    case otherReplica(UInt128)
    /// Named as a backup, and neither file was made from the other.
    case otherFile(UInt128)
    /// Nothing lies where it lies in the damaged file.
    case otherGeometry
  }

  /// Opens `storage` as a source for the file that `superblock` belongs to.
  public init(_ source: RepairSource, _ storage: any Storage, for superblock: Superblock) throws(Refusal) {
    let image = storage as? any StandInStorage
    guard image?.isRedacted != true else { throw .redacted }
    let storage = image?.unanswered ?? storage
    let survey = SuperblockSurvey.read(storage)
    let newest = survey.copies.compactMap(\.valid).max { $0.sequence < $1.sequence }
    guard let other = SuperblockDecision(survey).chosen ?? newest else { throw .unidentified }
    guard other.cluster == superblock.cluster else { throw .otherCluster(other.cluster) }
    switch source.role {
    case .peer:
      guard other.member != superblock.member else { throw .ownReplica }
      let isMember = (0..<superblock.members.count).contains { superblock.members[$0] == other.member }
      guard isMember else { throw .noMember(other.member) }
    case .backup:
      guard other.member == superblock.member else { throw .otherReplica(other.member) }
      let isRelated =
        other.fileID == superblock.fileID || other.fileID == superblock.lineage && superblock.lineage != 0
        || other.lineage == superblock.fileID
      guard isRelated else { throw .otherFile(other.fileID) }
    }
    guard other.geometry == superblock.geometry else { throw .otherGeometry }
    self.source = source
    self.storage = storage
  }
}

extension RepairDonor.Refusal {
  /// Why, for an operator.
  public var words: String {
    switch self {
    case .redacted:
      "keys and values were left out of this image; name the file itself, or an image made with --with-payloads"
    case .unidentified: "no superblock copy in it tells whose file it is"
    case .otherCluster(let cluster): "it belongs to another cluster: \(cluster.hex)"
    case .ownReplica:
      "it has the id of this very replica: a peer is another one; an older copy of the file is named with --backup"
    case .noMember(let member): "its replica, \(member.hex), is no member of the damaged file's cluster"
    case .otherReplica(let member):
      "it is the file of another replica, \(member.hex); another replica's file is named with --peer"
    case .otherFile(let file): "it is another file, \(file.hex), and neither was made from the other"
    case .otherGeometry: "it has another geometry: nothing lies where it lies in the damaged file"
    }
  }
}
