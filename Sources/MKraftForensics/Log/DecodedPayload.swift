public import MKraftFormat

/// A body of the key-value operation taken apart, as much of it as people look at.
public struct DecodedPayload: Sendable, Equatable {
  /// Most events shown of one body.
  public static let eventLimit = 64
  /// Most bytes shown of a key or value.
  public static let byteLimit = 256

  /// The beginning of a key or a value.
  public struct Excerpt: Sendable, Equatable {
    public let bytes: [UInt8]
    /// Of the whole.
    public let byteCount: Int

    public var isWhole: Bool { bytes.count == byteCount }

    init(_ whole: RawSpan) {
      byteCount = whole.byteCount
      bytes = [UInt8](copying: whole.extracting(0..<min(whole.byteCount, DecodedPayload.byteLimit)))
    }
  }

  public struct Event: Sendable, Equatable {
    public let code: KeyValueEventCode
    public let key: Excerpt
    /// What a put or a compare-and-set writes.
    public let value: Excerpt?
    /// What a compare-and-set expects; nil if it expects that there is none, and for other events.
    public let expected: Excerpt?
    /// Where a scan stops; nil if it has no end, and for other events.
    public let end: Excerpt?
    /// Most pairs that a scan returns; 0 for other events.
    public let limit: UInt32
  }

  /// Events of the body.
  public let count: Int
  /// The first of them, at most `eventLimit`.
  public let events: [Event]

  /// Takes the body of a `kv` entry apart.
  public init(_ body: RawSpan, geometry: Geometry) throws(KeyValueBatchError) {
    let batch = try KeyValueBatchView(validating: body, bodySizeMax: geometry.bodySizeMax)
    var events: [Event] = []
    var iterator = batch.events
    while events.count < DecodedPayload.eventLimit, let event = iterator.next() { events.append(Event(event)) }
    count = batch.count
    self.events = events
  }
}

extension DecodedPayload.Event {
  init(_ event: KeyValueEventView) {
    code = event.code
    key = DecodedPayload.Excerpt(event.key)
    let writes = event.code == .put || event.code == .compareAndSet
    value = writes ? DecodedPayload.Excerpt(event.value) : nil
    let expects = event.code == .compareAndSet && event.expectation == .equal
    expected = expects ? DecodedPayload.Excerpt(event.expected) : nil
    end = event.code == .scan && event.end.byteCount > 0 ? DecodedPayload.Excerpt(event.end) : nil
    limit = event.limit
  }

  /// The name used by the `kv` command.
  public var name: String {
    switch code {
    case .put: "put"
    case .get: "get"
    case .delete: "delete"
    case .compareAndSet: "cas"
    case .scan: "scan"
    }
  }
}
