/// The open sessions, at most as many as the geometry allows. When a new one needs room, the one that was quiet longest is
/// evicted: the one with the lowest last op, which is the same on every replica.
struct SessionTable {
  private let limit: Int
  private var sessions: [Session] = []
  /// Position of a client's session; never iterated, so its order does not matter.
  private var positions: [UInt128: Int] = [:]

  init(limit: Int) {
    self.limit = limit
    sessions.reserveCapacity(limit)
    positions.reserveCapacity(limit)
  }

  var count: Int { sessions.count }

  subscript(client: UInt128) -> Session? {
    positions[client].map { sessions[$0] }
  }

  /// Opens a session, in place of an earlier one of the same client, or of the one that was quiet longest.
  mutating func open(_ session: Session) {
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

  /// Stores the result of a session's request.
  mutating func update(_ client: UInt128, _ change: (inout Session) -> Void) {
    guard let position = positions[client] else { return }
    change(&sessions[position])
  }
}
