import MKraftFormat

/// A message with its body.
struct TestMessage {
  let header: MessageHeader
  let body: [UInt8]

  /// A message with a body, changed at will before it is sealed.
  init(_ command: Command, body: [UInt8] = [], _ change: (inout MessageHeader) -> Void = { _ in }) {
    var header = MessageHeader(command, cluster: TestFile.cluster)
    change(&header)
    header.seal(body: body.rawSpan)
    self.header = header
    self.body = body
  }

  static func ping(echo: UInt64 = 0) -> TestMessage {
    TestMessage(.pingClient) { $0.echo = echo }
  }

  static func batch(_ events: [KeyValueEvent], _ change: (inout MessageHeader) -> Void = { _ in }) -> TestMessage {
    var batch = KeyValueBatchBuilder(bodySizeMax: TestFile.geometry.bodySizeMax)
    for event in events {
      do { try batch.append(event) } catch { preconditionFailure("the events of a test are valid: \(error)") }
    }
    return TestMessage(.request, body: batch.body) {
      $0.operation = Operation.keyValue.rawValue
      change(&$0)
    }
  }

  /// A read, different from every other with another tag.
  static func get(_ key: String, tag: UInt64 = 0) -> TestMessage {
    batch([.get(key: Array(key.utf8))]) { $0.request = tag }
  }
}

/// A client's id, its session, and the number of its last request.
struct TestClient {
  let id: UInt128
  var session: UInt64 = 0
  var request: UInt64 = 0

  init(_ id: UInt128) { self.id = id }

  /// A register, different from every other with another tag.
  func register(tag: UInt64 = 0) -> TestMessage {
    let id = id
    return TestMessage(.request) {
      $0.client = id
      $0.operation = Operation.register.rawValue
      $0.echo = tag
    }
  }

  /// The next write: puts one pair.
  mutating func put(_ key: String, _ value: [UInt8]) -> TestMessage {
    request += 1
    return write([.put(key: Array(key.utf8), value: value)], request: request)
  }

  /// The next write: a counter from `old` to `old + 1`, which fails if it is executed twice.
  mutating func increment(_ key: String, from old: UInt8) -> TestMessage {
    request += 1
    let key = Array(key.utf8)
    return write([.compareAndSet(key: key, expected: old == 0 ? nil : [old], value: [old + 1])], request: request)
  }

  func write(_ events: [KeyValueEvent], request: UInt64) -> TestMessage {
    let (id, session) = (id, session)
    return .batch(events) {
      $0.client = id
      $0.session = session
      $0.request = request
    }
  }
}

extension MessageHeader {
  /// Why the request was refused; nil if this is no refusal.
  var refusal: Refusal? { command == .refusal ? Refusal(rawValue: status) : nil }
}
