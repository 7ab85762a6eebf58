internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// A scan that is read page by page.
struct KeyValueScan {
  let pages: KeyValueClient
  let address: NetworkAddress
  let start: [UInt8]
  let end: [UInt8]?
  let limit: UInt32

  /// How it came out.
  struct Outcome {
    var pairCount: UInt32 = 0
    /// Op whose state the last page shows.
    var op: UInt64 = 0
    /// Where further pairs begin, if there are any.
    var next: [UInt8]?
  }

  /// Reads to the end or the limit, or until `visit` returns false.
  func run(_ visit: (KeyValuePair) -> Bool) throws(Failure) -> Outcome {
    var outcome = Outcome(next: start)
    while let from = outcome.next, outcome.pairCount < limit {
      let (answer, next) = try page(from, limit: limit - outcome.pairCount)
      let result = answer.results[0]
      guard result.status == .ok else {
        throw Failure(.declined, result.failureText(isHex: true), of: address.description)
      }
      for pair in result.pairs where !visit(pair) { return outcome }
      outcome.pairCount += UInt32(result.pairs.count)
      outcome.op = answer.op
      outcome.next = next
    }
    return outcome
  }

  private func page(_ from: [UInt8], limit: UInt32) throws(Failure) -> (answer: KeyValueAnswer, next: [UInt8]?) {
    let (pages, end) = (pages, end)
    do throws(KeyValueError) {
      return try Waiting.result { () async throws(KeyValueError) in
        try await pages.scan(from: from, to: end, limit: limit)
      }
    } catch { throw Failure(error, at: address) }
  }
}
