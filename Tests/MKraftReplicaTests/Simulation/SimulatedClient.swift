import MKraftFormat
import MKraftReplica

/// A client that increments its own counter by compare-and-set, one request at a time, and keeps what was acknowledged. A
/// request whose answer is lost is sent again, byte for byte, so that one executed twice would show.
struct SimulatedClient {
  let id: UInt128
  let cluster: UInt128
  let bodySizeMax: Int
  private(set) var session: UInt64 = 0
  /// Increments acknowledged.
  private(set) var acknowledged: UInt64 = 0
  private(set) var highestAcknowledgedOp: UInt64 = 0
  /// The request under way.
  private(set) var pending: (header: MessageHeader, body: [UInt8])?

  init(id: UInt128, cluster: UInt128, bodySizeMax: Int) {
    self.id = id
    self.cluster = cluster
    self.bodySizeMax = bodySizeMax
  }

  var key: [UInt8] { Array("counter-\(id)".utf8) }

  /// The request to send now: the one under way again, or the next.
  mutating func next(padding: Int) throws -> (header: MessageHeader, body: [UInt8]) {
    if let pending { return pending }
    var header = MessageHeader(.request, cluster: cluster)
    header.client = id
    var body: [UInt8] = []
    if session == 0 {
      header.operation = Operation.register.rawValue
    } else {
      header.operation = Operation.keyValue.rawValue
      header.session = session
      header.request = acknowledged + 1
      body = try increment(padding: padding)
    }
    header.seal(body: body.rawSpan)
    pending = (header, body)
    return (header, body)
  }

  /// Counter from `acknowledged` to `acknowledged + 1`; the padding makes entries of different sizes.
  private func increment(padding: Int) throws -> [UInt8] {
    var batch = KeyValueBatchBuilder(bodySizeMax: bodySizeMax)
    let old = Array("\(acknowledged)".utf8)
    let new = Array("\(acknowledged + 1)".utf8)
    try batch.append(.compareAndSet(key: key, expected: acknowledged == 0 ? nil : old, value: new))
    try batch.append(.put(key: key + Array("-padding".utf8), value: Array(repeating: 7, count: padding)))
    return batch.body
  }

  /// Takes an answer, and says what is wrong with it.
  mutating func take(_ header: MessageHeader, _ body: [UInt8]) -> String? {
    guard let request = pending, header.requestChecksum == request.header.checksum else { return nil }
    guard header.command == .reply else {
      pending = nil
      if header.status == Refusal.sessionUnknown.rawValue { return "client \(id): its session is gone" }
      return nil
    }
    pending = nil
    highestAcknowledgedOp = max(highestAcknowledgedOp, header.op)
    if session == 0 {
      session = header.session
      return nil
    }
    acknowledged += 1
    guard body.count >= 24, body[8] == KeyValueStatus.ok.rawValue else {
      return "client \(id): increment \(acknowledged) was not executed once: \(body)"
    }
    return nil
  }

  /// What the counter may be: what was acknowledged, or one more if a request is under way.
  func accepts(counter: UInt64) -> Bool {
    counter == acknowledged || (pending != nil && session != 0 && counter == acknowledged + 1)
  }
}
