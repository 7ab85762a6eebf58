internal import MKraftFormat
internal import MKraftStorage

/// Pairs of random keys and values, and batches of events on them.
struct Pairs {
  static let keySize = 16
  static let valueSize = 64
  static let byteCount = keySize + valueSize
  /// Events of a batch.
  static let batchSize = 64

  /// In the order that they were drawn in.
  let keys: [[UInt8]]
  let values: [[UInt8]]
  /// Their indices, ordered by the keys.
  let inOrder: [Int]

  init(count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    func bytes(_ size: Int) -> [UInt8] { (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    let keys = (0..<count).map { _ in bytes(Pairs.keySize) }
    values = (0..<count).map { _ in bytes(Pairs.valueSize) }
    inOrder = keys.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }
    self.keys = keys
  }

  var count: Int { keys.count }

  /// Bodies that put the pairs of these indices.
  func puts(_ indices: [Int]) -> [[UInt8]] {
    Pairs.bodies(indices.map { .put(key: keys[$0], value: values[$0]) })
  }

  /// Bodies that get the keys of these indices.
  func gets(_ indices: [Int]) -> [[UInt8]] {
    Pairs.bodies(indices.map { .get(key: keys[$0]) })
  }

  /// Bodies of a scan each, of so many pairs from the keys of these indices on.
  func scans(_ indices: [Int], limit: Int) -> [[UInt8]] {
    indices.flatMap { Pairs.bodies([.scan(start: keys[$0], end: nil, limit: UInt32(limit))]) }
  }

  /// Keys and values of these indices, one pair after the other.
  func bytes(_ indices: [Int]) -> [UInt8] { indices.flatMap { keys[$0] + values[$0] } }

  private static func bodies(_ events: [KeyValueEvent]) -> [[UInt8]] {
    stride(from: 0, to: events.count, by: batchSize).map { start in
      var builder = KeyValueBatchBuilder(bodySizeMax: KeyValueStore.bodySizeMax)
      for event in events[start..<min(start + batchSize, events.count)] {
        do { try builder.append(event) } catch { preconditionFailure("events are valid: \(error)") }
      }
      return builder.body
    }
  }
}
