import MKraftFormat
import MKraftReplica

extension KeyValueStateMachine {
  /// Applies a body and returns the bytes written, over a buffer that is full of `old` bytes.
  mutating func apply(
    _ body: [UInt8], sizeMax: Int = KeyValueWorkload.bodySizeMax, operation: UInt8 = 128, old: UInt8 = 0xAA
  ) -> [UInt8] {
    var buffer = [UInt8](repeating: old, count: sizeMax)
    var elements = buffer.mutableSpan
    var result = unsafe elements.mutableBytes
    let size = apply(op: 1, timestamp: 1, operation: operation, body: body.rawSpan, result: &result)
    return [UInt8](buffer.prefix(size))
  }

  /// All pairs in order.
  var pairs: [KeyValuePair] {
    var pairs: [KeyValuePair] = []
    forEachPair { pairs.append(KeyValuePair(key: $0, value: $1)) }
    return pairs
  }
}

/// The results in a body.
func decodeResults(_ body: [UInt8]) throws(KeyValueBatchError) -> [KeyValueResult] {
  let batch = try KeyValueResultsView(validating: body.rawSpan)
  var decoded: [KeyValueResult] = []
  var results = batch.results
  while let result = results.next() { decoded.append(KeyValueResult(copying: result)) }
  return decoded
}

/// The body of a batch.
func encode(_ events: [KeyValueEvent]) throws -> [UInt8] {
  var builder = KeyValueBatchBuilder(bodySizeMax: KeyValueWorkload.bodySizeMax)
  for event in events { try builder.append(event) }
  return builder.body
}
