import MKraftFormat

/// Room for the body of the largest message.
let largestBodySize = (1 << 20) - 256

/// The events of a body.
func decodeEvents(
  _ body: [UInt8], bodySizeMax: Int = largestBodySize
) throws(KeyValueBatchError) -> (events: [KeyValueEvent], isReadOnly: Bool) {
  let batch = try KeyValueBatchView(validating: body.rawSpan, bodySizeMax: bodySizeMax)
  var decoded: [KeyValueEvent] = []
  var events = batch.events
  while let event = events.next() { decoded.append(KeyValueEvent(copying: event)) }
  return (decoded, batch.isReadOnly)
}

/// The results of a body.
func decodeResults(_ body: [UInt8]) throws(KeyValueBatchError) -> [KeyValueResult] {
  let batch = try KeyValueResultsView(validating: body.rawSpan)
  var decoded: [KeyValueResult] = []
  var results = batch.results
  while let result = results.next() { decoded.append(KeyValueResult(copying: result)) }
  return decoded
}

/// What is wrong with a request body, nil if nothing is.
func batchError(_ body: [UInt8], bodySizeMax: Int = largestBodySize) -> KeyValueBatchError? {
  do throws(KeyValueBatchError) {
    _ = try decodeEvents(body, bodySizeMax: bodySizeMax)
    return nil
  } catch {
    return error
  }
}

/// What is wrong with a result body, nil if nothing is.
func resultsError(_ body: [UInt8]) -> KeyValueBatchError? {
  do throws(KeyValueBatchError) {
    _ = try decodeResults(body)
    return nil
  } catch {
    return error
  }
}

/// The body that the builder makes of events.
func encode(_ events: [KeyValueEvent]) throws -> [UInt8] {
  var builder = KeyValueBatchBuilder(bodySizeMax: largestBodySize)
  for event in events { try builder.append(event) }
  return builder.body
}

/// A change of some bytes of a sample, and what must be said of it.
struct Malformation {
  let offset: Int
  let bytes: [UInt8]
  let reason: KeyValueBatchError.Reason
  let index: Int?
  let errorOffset: Int

  init(
    _ offset: Int, _ bytes: [UInt8], _ reason: KeyValueBatchError.Reason, _ index: Int?, at errorOffset: Int? = nil
  ) {
    self.offset = offset
    self.bytes = bytes
    self.reason = reason
    self.index = index
    self.errorOffset = errorOffset ?? offset
  }

  func applied(to sample: [UInt8]) -> [UInt8] {
    var body = sample
    body.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    return body
  }

  func describes(_ error: KeyValueBatchError?) -> Bool {
    error?.reason == reason && error?.index == index && error?.offset == errorOffset
  }
}
