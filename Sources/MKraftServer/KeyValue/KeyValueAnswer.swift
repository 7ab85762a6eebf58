public import MKraftFormat

/// The results of a batch.
public struct KeyValueAnswer: Sendable, Equatable {
  /// Op of the entry that the batch became; of a read, the op whose state it saw.
  public let op: UInt64
  public let term: UInt64
  /// One for each event, in order.
  public let results: [KeyValueResult]

  init(_ reply: Reply, count: Int) throws(KeyValueError) {
    op = reply.op
    term = reply.term
    results = try Self.decode(reply.body, count: count)
  }

  init(op: UInt64, term: UInt64, results: [KeyValueResult]) {
    self.op = op
    self.term = term
    self.results = results
  }

  private static func decode(_ body: [UInt8], count: Int) throws(KeyValueError) -> [KeyValueResult] {
    var results: [KeyValueResult] = []
    do throws(KeyValueBatchError) {
      let view = unsafe try KeyValueResultsView(validating: body.span.bytes)
      results.reserveCapacity(view.count)
      var iterator = view.results
      while let result = iterator.next() { results.append(KeyValueResult(copying: result)) }
    } catch {
      throw .answerInvalid(error.description)
    }
    guard results.count == count else { throw .answerInvalid("\(results.count) results of \(count) events") }
    return results
  }
}
