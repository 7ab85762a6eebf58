/// What a checksummed structure is. Structures that stand alone carry this number as their kind byte; the number also
/// selects the checksum's seed, so that bytes of one kind never pass for another (rule R6).
public enum StructureKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case superblock = 1
  /// Header of a log entry, in either ring.
  case prepare = 2
  /// Header of a slot that has never held an entry, or whose entry was provably truncated: the slot is blank.
  case reserved = 3
  /// Header of a slot known to be damaged, kept so that rewriting its neighbours never makes it look blank (rule R12).
  case unknown = 4
  /// Body of a log entry; its kind byte is its header's.
  case prepareBody = 5
  case reply = 6
  /// Header of a reply slot that has never held a reply.
  case replyReserved = 7
  case replyBody = 8
  case block = 9
  /// Header of a message on the wire.
  case message = 10
  case messageBody = 11
  /// The enumerated state that a checkpoint id is the checksum of.
  case checkpoint = 12
  /// The cluster id and index that a member id is the checksum of.
  case member = 13
  /// What says in a data file that a repair of it is not finished.
  case repairMark = 14
  /// Header of the log that takes a repair back, a file of its own.
  case undoLog = 15
  /// A change in such a log.
  case undoRecord = 16

  /// Seed of this kind's checksums: ASCII "mkraft" in the upper six bytes, the kind in the lowest.
  public var seed: UInt64 { 0x6D6B_7261_6674_0000 | UInt64(rawValue) }

  /// The name used in manual pages and output.
  public var name: String {
    switch self {
    case .superblock: "superblock"
    case .prepare: "prepare"
    case .reserved: "reserved"
    case .unknown: "unknown"
    case .prepareBody: "prepare-body"
    case .reply: "reply"
    case .replyReserved: "reply-reserved"
    case .replyBody: "reply-body"
    case .block: "block"
    case .message: "message"
    case .messageBody: "message-body"
    case .checkpoint: "checkpoint"
    case .member: "member"
    case .repairMark: "repair-mark"
    case .undoLog: "undo-log"
    case .undoRecord: "undo-record"
    }
  }
}
