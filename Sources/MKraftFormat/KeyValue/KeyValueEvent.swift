/// One event with bytes of its own, for those who make batches.
public enum KeyValueEvent: Equatable, Sendable {
  /// Sets the value of a key.
  case put(key: [UInt8], value: [UInt8])
  /// Reads the value of a key.
  case get(key: [UInt8])
  /// Removes a key and its value.
  case delete(key: [UInt8])
  /// Sets the value of a key if it has exactly the value `expected`; if that is nil, if it has none.
  case compareAndSet(key: [UInt8], expected: [UInt8]?, value: [UInt8])
  /// Reads at most `limit` (1 or more) pairs in the order of their keys, from `start` to before `end`; to the last if
  /// nil.
  case scan(start: [UInt8], end: [UInt8]?, limit: UInt32)
}

extension KeyValueEvent {
  /// Copies an event out of a batch.
  public init(copying view: borrowing KeyValueEventView) {
    let key = [UInt8](copying: view.key)
    switch view.code {
    case .put: self = .put(key: key, value: [UInt8](copying: view.value))
    case .get: self = .get(key: key)
    case .delete: self = .delete(key: key)
    case .compareAndSet:
      let expected = view.expectation == .equal ? [UInt8](copying: view.expected) : nil
      self = .compareAndSet(key: key, expected: expected, value: [UInt8](copying: view.value))
    case .scan:
      let end = view.end.isEmpty ? nil : [UInt8](copying: view.end)
      self = .scan(start: key, end: end, limit: view.limit)
    }
  }

  /// The key; of a scan the first one it may return.
  public var key: [UInt8] {
    switch self {
    case .put(let key, _), .get(let key), .delete(let key), .compareAndSet(let key, _, _), .scan(let key, _, _): key
    }
  }

  /// What the event does.
  public var code: KeyValueEventCode {
    switch self {
    case .put: .put
    case .get: .get
    case .delete: .delete
    case .compareAndSet: .compareAndSet
    case .scan: .scan
    }
  }

  /// The value that a put or compare-and-set writes; empty otherwise.
  var value: [UInt8] {
    switch self {
    case .put(_, let value), .compareAndSet(_, _, let value): value
    case .get, .delete, .scan: []
    }
  }

  /// The bytes between key and value: what a compare-and-set expects, or the end key of a scan.
  var expected: [UInt8] {
    switch self {
    case .compareAndSet(_, let expected, _): expected ?? []
    case .scan(_, let end, _): end ?? []
    case .put, .get, .delete: []
    }
  }

  var expectation: KeyValueExpectation {
    guard case .compareAndSet(_, .some, _) = self else { return .absent }
    return .equal
  }

  var limit: UInt32 {
    guard case .scan(_, _, let limit) = self else { return 0 }
    return limit
  }

  /// Size in a batch, with header and padding.
  public var encodedSize: Int {
    KeyValueBatch.padded(KeyValueBatch.eventHeaderSize + key.count + expected.count + value.count)
  }
}
