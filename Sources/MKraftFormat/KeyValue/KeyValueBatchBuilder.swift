/// Makes the body of a request, event by event, never larger than a message holds.
public struct KeyValueBatchBuilder: Sendable {
  /// The body so far. It is a valid batch as soon as it has one event.
  public private(set) var body: [UInt8]
  /// Number of events so far.
  public private(set) var count = 0
  /// What a message holds beside its header.
  public let bodySizeMax: Int

  /// An empty batch for messages that hold `bodySizeMax` bytes beside their header.
  public init(bodySizeMax: Int) {
    precondition(bodySizeMax >= KeyValueBatch.headSize, "no room for the head of a batch")
    self.bodySizeMax = bodySizeMax
    body = [UInt8](repeating: 0, count: KeyValueBatch.headSize)
  }

  /// Whether there is no event yet.
  public var isEmpty: Bool { count == 0 }

  /// Adds an event, or throws and leaves the batch as it is.
  public mutating func append(_ event: KeyValueEvent) throws(KeyValueBatchBuilderError) {
    try validate(event)
    let key = event.key
    let (expected, value) = (event.expected, event.value)
    let end = body.count + event.encodedSize
    append(event.code.rawValue)
    append(event.expectation.rawValue)
    append(UInt16(key.count))
    append(UInt32(value.count))
    append(UInt32(expected.count))
    append(event.limit)
    append(UInt64(0))
    append(UInt64(0))
    body += key
    body += expected
    body += value
    while body.count < end { body.append(0) }
    count += 1
    setCount()
  }

  /// Removes all events and keeps the memory.
  public mutating func removeAll() {
    body.removeSubrange(KeyValueBatch.headSize...)
    count = 0
    setCount()
  }

  private func validate(_ event: KeyValueEvent) throws(KeyValueBatchBuilderError) {
    guard (1...KeyValueBatch.keySizeMax).contains(event.key.count) else {
      throw .keySizeOutOfRange(event.key.count)
    }
    if case .scan(_, let end, let limit) = event {
      if let end {
        guard (1...KeyValueBatch.keySizeMax).contains(end.count) else { throw .endSizeOutOfRange(end.count) }
      }
      guard limit > 0 else { throw .limitZero }
    }
    let size = event.encodedSize
    let sizeMax = bodySizeMax - KeyValueBatch.headSize
    guard size <= sizeMax, size <= Int(UInt32.max) else { throw .eventTooLarge(size: size, sizeMax: sizeMax) }
    guard count < KeyValueBatch.countMax, size <= bodySizeMax - body.count else { throw .batchFull }
  }

  private mutating func append<T: FixedWidthInteger>(_ field: T) {
    for byte in 0..<MemoryLayout<T>.size { body.append(UInt8(truncatingIfNeeded: field >> (8 * byte))) }
  }

  private mutating func setCount() {
    for byte in 0..<4 { body[byte] = UInt8(truncatingIfNeeded: count >> (8 * byte)) }
  }
}
