public import MKraftFormat

/// The key-value state in memory, rebuilt from the log.
///
/// The events of a batch are executed one after the other, each sees the changes of those before it, and none undoes
/// another: a batch is applied as one op, but it is no transaction with conditions over the whole.
public struct KeyValueStateMachine: StateMachine {
  private var map = KeyValueMap()

  /// An empty state.
  public init() {}

  /// Number of keys that have a value.
  public var count: Int { map.count }

  /// Shows every pair in the order of the keys.
  public func forEachPair(_ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
    for chunk in map.chunks {
      for entry in chunk { body(entry.key, entry.value) }
    }
  }

  /// All state is in memory, so every operation is ready.
  public mutating func prefetch(operation: UInt8, body: RawSpan) -> Prefetch {
    .ready
  }

  /// Never called: no block is ever named.
  public mutating func supply(_ reference: BlockReference, _ block: RawSpan) {
    preconditionFailure("a state in memory names no blocks")
  }

  @_lifetime(result: copy result)
  public mutating func apply(
    op: UInt64, timestamp: UInt64, operation: UInt8, body: RawSpan, result: inout MutableRawSpan
  ) -> Int {
    guard result.byteCount >= KeyValueBatch.headSize else { return 0 }
    guard operation == Operation.keyValue.rawValue else { return Self.writeNothing(into: &result) }
    let batch: KeyValueBatchView
    do throws(KeyValueBatchError) {
      batch = try KeyValueBatchView(validating: body, bodySizeMax: result.byteCount)
    } catch {
      return Self.writeNothing(into: &result)
    }
    var writer = KeyValueResultWriter(count: batch.count, into: &result)
    var events = batch.events
    while let event = events.next() { apply(event, &writer, &result) }
    return writer.byteCount
  }

  @_lifetime(result: copy result)
  private static func writeNothing(into result: inout MutableRawSpan) -> Int {
    KeyValueResultWriter(count: 0, into: &result).byteCount
  }

  @_lifetime(result: copy result)
  private mutating func apply(
    _ event: borrowing KeyValueEventView, _ writer: inout KeyValueResultWriter, _ result: inout MutableRawSpan
  ) {
    switch event.code {
    case .put:
      map.set(event.key, to: event.value)
      writer.append(.ok, into: &result)
    case .get:
      get(event, &writer, &result)
    case .delete:
      writer.append(map.remove(event.key) ? .ok : .notFound, into: &result)
    case .compareAndSet:
      compareAndSet(event, &writer, &result)
    case .scan:
      scan(event, &writer, &result)
    }
  }

  @_lifetime(result: copy result)
  private func get(
    _ event: borrowing KeyValueEventView, _ writer: inout KeyValueResultWriter, _ result: inout MutableRawSpan
  ) {
    let (position, found) = map.find(event.key)
    guard found else { return writer.append(.notFound, into: &result) }
    let value = map.value(at: position)
    writer.append(value: value.rawSpan, into: &result)
  }

  @_lifetime(result: copy result)
  private mutating func compareAndSet(
    _ event: borrowing KeyValueEventView, _ writer: inout KeyValueResultWriter, _ result: inout MutableRawSpan
  ) {
    let (position, found) = map.find(event.key)
    guard found else {
      guard event.expectation == .absent else { return writer.append(.conditionFailed, into: &result) }
      map.set(event.key, to: event.value)
      return writer.append(.ok, into: &result)
    }
    let current = map.value(at: position)
    guard event.expectation == .equal, KeyValueKeyOrder(current.rawSpan, event.expected) == .same else {
      return writer.append(conditionFailed: current.rawSpan, into: &result)
    }
    map.set(event.key, to: event.value)
    writer.append(.ok, into: &result)
  }

  /// Ends at the first pair that is behind the range, above the limit, or does not fit: the size of a result bounds the
  /// work.
  @_lifetime(result: copy result)
  private func scan(
    _ event: borrowing KeyValueEventView, _ writer: inout KeyValueResultWriter, _ result: inout MutableRawSpan
  ) {
    writer.beginScan(into: &result)
    var position = map.find(event.key).position
    var taken: UInt32 = 0
    var more = false
    while let entry = map.entry(at: &position) {
      guard event.end.isEmpty || entry.order(to: event.end) == .before else { break }
      guard taken < event.limit, writer.append(key: entry.key.rawSpan, value: entry.value.rawSpan, into: &result) else {
        more = true
        break
      }
      taken += 1
      position.index += 1
    }
    writer.endScan(more: more, into: &result)
  }
}
