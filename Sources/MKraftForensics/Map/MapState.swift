/// What an item of a file is, for a picture of it.
public enum MapState: String, CaseIterable, Sendable {
  // Superblock copies.
  case currentCopy = "current-copy"
  case staleCopy = "stale-copy"
  case otherCopy = "other-copy"
  // Slots of the rings.
  case entry
  case older
  case blank
  case leftover
  case givenUp = "given-up"
  case ahead
  // Slots of the reply zone.
  case reply
  case noReply = "no-reply"
  // Blocks.
  case leaf
  case inner
  case value
  case set
  case sessions
  case released
  case free
  case growth
  // Anything.
  case damaged
  case unreadable
  case missing
  case unknown

  public var name: String { rawValue }

  /// What it is, for people.
  public var words: String {
    switch self {
    case .currentCopy: "superblock copy that a replica opens the file at"
    case .staleCopy: "superblock copy of an earlier update"
    case .otherCopy: "superblock copy that is right by itself and not the one to open the file at"
    case .entry: "entry of the log"
    case .older: "entry of an earlier round: nothing of this one was written"
    case .blank: "blank slot"
    case .leftover: "prepared beyond the end of the log: never acknowledged"
    case .givenUp: "slot that was found damaged, and marked so"
    case .ahead: "op or term that the superblock rules out"
    case .reply: "reply to a client"
    case .noReply: "reply slot without a reply"
    case .leaf: "leaf of the tree"
    case .inner: "inner node of the tree"
    case .value: "value of a leaf"
    case .set: "set of blocks in use or released"
    case .sessions: "table of client sessions"
    case .released: "released block: dropped, not free yet"
    case .free: "free block: may hold anything"
    case .growth: "space the grid will grow into"
    case .damaged: "not right by itself"
    case .unreadable: "the device gives an error"
    case .missing: "the file ends before it"
    case .unknown: "nothing that can be read tells what it is for"
    }
  }

  /// Whether nothing is there that anybody needs: a cell with such items and others shows the others.
  public var isQuiet: Bool {
    switch self {
    case .older, .blank, .noReply, .free, .growth: true
    default: false
    }
  }

  /// Its index in `allCases`.
  var index: Int { MapState.indexes[self] ?? 0 }

  private static let indexes = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
}
