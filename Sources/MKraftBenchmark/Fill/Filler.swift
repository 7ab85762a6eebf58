internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Runs a replica on a file, puts until every slot of its ring holds a full entry and the next checkpoint is a few ops away, so that a
/// start has nearly as much to execute as it can have, and so have the next ones. Then it is stopped cleanly.
package final class Filler {
  /// Bytes of all values that are kept, unless more are asked for.
  package static let stateBytes = 16 << 20
  /// Ops before the next checkpoint: each start takes one for its no-op.
  private static let opsLeft: UInt64 = 32

  private let file: CachedFile
  private let replica: Replica
  /// Keys that are put, one after the other, again and again; each value fills a message.
  private let keyCount: Int
  /// Clients beside the one that puts, each with a session and one put at the beginning: their replies lie behind the checkpoint.
  private let guestCount: Int
  private var effects: [ReplicaEffect] = []
  /// The last message that the replica sent.
  private var answer: MessageHeader?
  /// Nanoseconds; the entries' time is not today's, so that two fills make the same log.
  private var now: UInt64 = 1_700_000_000_000_000_000

  /// - Parameters:
  ///   - stateBytes: about how many bytes of values the file holds in the end, beside its log.
  ///   - guestCount: clients that put once, at the beginning, fewer than the file has sessions.
  package init(_ file: CachedFile, stateBytes: Int, guestCount: Int = 0) throws {
    self.file = file
    replica = Replica(opening: try Opening.read(file), now: now)
    self.guestCount = guestCount
    keyCount = max(1, stateBytes / replica.status.geometry.bodySizeMax)
  }

  /// Returns how many puts were taken.
  /// - Parameter isOver: asked before each put; then the rest is left out, and it fails.
  package func run(isOver: () -> Bool = { false }) throws -> Int {
    replica.start(into: &effects)
    try settle()
    for guest in 0..<guestCount {
      try put(guest, as: UInt128(guest + 2), session: register(UInt128(guest + 2)), number: 1)
    }
    let session = try register(1)
    var count = 0
    while !isFull || count < keyCount {
      if isOver() { throw FillError.interrupted }
      try put(count % keyCount, as: 1, session: session, number: UInt64(count + 1))
      count += 1
    }
    replica.stop(into: &effects)
    try settle()
    return count
  }

  private var isFull: Bool {
    let status = replica.status
    let interval = UInt64(status.geometry.checkpointInterval)
    return status.head > UInt64(status.geometry.slotCount) && status.head % interval == interval - Filler.opsLeft
  }

  private func register(_ client: UInt128) throws -> UInt64 {
    var header = request(.register, client)
    header.seal()
    return try ask(header, []).session
  }

  private func put(_ key: Int, as client: UInt128, session: UInt64, number: UInt64) throws {
    let body = try makeBody(key)
    var header = request(.keyValue, client)
    header.session = session
    header.request = number
    header.seal(body: body.rawSpan)
    let reply = try ask(header, body)
    guard reply.command == .reply else { throw FillError.refused(.init(rawValue: reply.status)) }
  }

  /// A batch of one put that fills a message; the same number, the same bytes.
  private func makeBody(_ number: Int) throws -> [UInt8] {
    let bodySizeMax = replica.status.geometry.bodySizeMax
    let key = Array("benchmark-\(1_000_000 + number)".utf8)
    let overhead = KeyValueEvent.put(key: key, value: []).encodedSize + KeyValueBatch.headSize
    let words = (bodySizeMax - overhead) / 8
    var random = SplitMix64(seed: UInt64(number))
    var value: [UInt8] = []
    value.reserveCapacity(words * 8)
    for _ in 0..<words {
      let word = random.next()
      for byte in 0..<8 { value.append(UInt8(truncatingIfNeeded: word >> (8 * byte))) }
    }
    var builder = KeyValueBatchBuilder(bodySizeMax: bodySizeMax)
    try builder.append(.put(key: key, value: value))
    return builder.body
  }

  private func request(_ operation: MKraftFormat.Operation, _ client: UInt128) -> MessageHeader {
    var header = MessageHeader(.request, cluster: replica.status.cluster)
    header.client = client
    header.operation = operation.rawValue
    return header
  }

  private func ask(_ header: MessageHeader, _ body: [UInt8]) throws -> MessageHeader {
    answer = nil
    now += 1
    replica.receive(from: ConnectionID(1), header: header, body: body.rawSpan, now: now, into: &effects)
    try settle()
    guard let answer else { throw FillError.noReply }
    return answer
  }

  /// Performs what the replica asks for until it asks for nothing more.
  private func settle() throws {
    while !effects.isEmpty {
      let due = effects
      effects.removeAll(keepingCapacity: true)
      for effect in due { try perform(effect) }
    }
  }

  private func perform(_ effect: ReplicaEffect) throws {
    switch effect {
    case .io(let request):
      now += 1
      replica.complete(request.token, failure: carryOut(request), now: now, into: &effects)
    case .send(_, let header, _): answer = header
    case .ready, .stopped: break
    case .halt(let reason): throw FillError.halted(reason)
    }
  }

  private func carryOut(_ request: IORequest) -> StorageError? {
    do {
      switch request.direction {
      case .read: _ = try file.read(request.count, at: request.offset, into: request.buffer)
      case .write: try file.write(request.count, at: request.offset, from: request.buffer)
      case .resize: try file.resize(to: request.offset)
      }
      return nil
    } catch { return error }
  }
}
