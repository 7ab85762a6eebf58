internal import MKraftFormat

/// The open sessions, at most as many as the geometry allows; a session's place in the table is its reply slot. When a new one
/// needs room, the one that was quiet longest is evicted: the one with the lowest last op, which is the same on every replica.
struct SessionTable {
  private let limit: Int
  private(set) var sessions: [Session] = []
  /// Position of a client's session; never iterated, so its order does not matter.
  private var positions: [UInt128: Int] = [:]

  init(limit: Int, _ sessions: [Session] = []) {
    precondition(sessions.count <= limit, "no more sessions than the geometry allows")
    self.limit = limit
    self.sessions.reserveCapacity(limit)
    positions.reserveCapacity(limit)
    for session in sessions { open(session) }
  }

  var count: Int { sessions.count }

  subscript(client: UInt128) -> Session? {
    positions[client].map { sessions[$0] }
  }

  /// Opens a session, in place of an earlier one of the same client, or of the one that was quiet longest.
  /// A client without an id, which no request has, gets none.
  mutating func open(_ session: Session) {
    guard session.client != 0 else { return }
    if let position = positions[session.client] {
      sessions[position] = session
    } else if sessions.count < limit {
      positions[session.client] = sessions.count
      sessions.append(session)
    } else {
      let position = sessions.indices.min { sessions[$0].op < sessions[$1].op }!
      positions[sessions[position].client] = nil
      positions[session.client] = position
      sessions[position] = session
    }
  }

  /// Whether the entry's request is to be executed: its session is open, and it is a later one than the last.
  func admits(_ header: PrepareHeader) -> Bool {
    guard let position = positions[header.client] else { return false }
    return sessions[position].number == header.session && sessions[position].request < header.request
  }

  /// Stores the result of an entry that was admitted.
  mutating func executed(_ header: PrepareHeader, result: [UInt8]) {
    guard let position = positions[header.client] else { preconditionFailure("the entry was admitted") }
    sessions[position].executed(header, result: result)
  }

  /// What an entry does to the table, whatever its result: for a look ahead along a log.
  mutating func note(_ header: PrepareHeader) {
    switch Operation(rawValue: header.operation) {
    case .register: open(Session(registeredBy: header))
    case .keyValue: if admits(header) { executed(header, result: []) }
    case .root, .noop, .upgrade, .reconfigure, nil: break
    }
  }

  // MARK: Checkpoints

  /// The table as a checkpoint stores it, and the replies that are to be stored with it: those of requests executed since the last
  /// one, by slot.
  mutating func seal(cluster: UInt128) -> (table: [UInt8], replies: [Checkpoint.Reply]) {
    var table = [UInt8](repeating: 0, count: sessions.count * SessionRecord.byteCount)
    var replies: [Checkpoint.Reply] = []
    var elements = table.mutableSpan
    var bytes = unsafe elements.mutableBytes
    for slot in sessions.indices {
      if let header = sessions[slot].seal(cluster: cluster) {
        replies.append(Checkpoint.Reply(slot: slot, header: header, body: sessions[slot].result))
      }
      sessions[slot].record?.encode(into: &bytes, at: slot * SessionRecord.byteCount)
    }
    return (table, replies)
  }
}
