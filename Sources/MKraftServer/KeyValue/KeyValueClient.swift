public import MKraftFormat

/// The key-value store behind one connection: makes batches of events and results of replies.
///
/// What the replica refuses only for now (overloaded, starting) is sent again after a pause, until the time of a call is over.
public final class KeyValueClient: Sendable {
  public let client: Client
  /// What the replica said of itself after the connection was made.
  public let pong: Pong
  private let patience: Patience

  /// Largest body of a request, in bytes.
  public var bodySizeMax: Int { max(0, Int(pong.messageSize) - MessageHeader.byteCount) }

  private init(_ client: Client, _ pong: Pong) {
    self.client = client
    self.pong = pong
    patience = Patience(limit: client.timeout)
  }

  /// Connects, and asks the replica who it is.
  public static func connect(
    to address: NetworkAddress, timeout: Duration = Client.defaultTimeout
  ) async throws(ClientError) -> KeyValueClient {
    let client = try await Client.connect(to: address, timeout: timeout)
    let pong = try await client.ping()
    // Else not even an empty batch could be made.
    guard pong.messageSize >= Geometry.messageSizeRange.lowerBound else {
      throw .unreachable("the replica says that it takes messages of \(pong.messageSize) bytes, which none does")
    }
    return KeyValueClient(client, pong)
  }

  /// A session for writes, opened with its first one.
  public func session() -> KeyValueSession { KeyValueSession(self, patience) }

  /// Executes events that only read, as one batch.
  public func read(_ events: [KeyValueEvent]) async throws(KeyValueError) -> KeyValueAnswer {
    let body = try batch(events)
    let reply: Reply
    do throws(ClientError) {
      reply = try await patience.call { () async throws(ClientError) in try await client.read(body) }
    } catch { throw .client(error) }
    return try KeyValueAnswer(reply, count: events.count)
  }

  /// Reads the values of keys, in as many batches as they need. The results are of different moments if there are several.
  public func get(_ keys: [[UInt8]]) async throws(KeyValueError) -> KeyValueAnswer {
    var results: [KeyValueResult] = []
    var last: KeyValueAnswer?
    while results.count < keys.count {
      let count = try fitting(keys[results.count...], before: results.count)
      let answer = try await read(keys[results.count..<results.count + count].map { .get(key: $0) })
      for result in answer.results {
        let isAlone = result.status != .resultTooLarge || count == 1
        results.append(isAlone ? result : try await read([.get(key: keys[results.count])]).results[0])
      }
      last = answer
    }
    return KeyValueAnswer(op: last?.op ?? 0, term: last?.term ?? 0, results: results)
  }

  /// Reads at most `limit` pairs, as many as fit in one reply.
  /// - Returns: the pairs, and where to go on if there are more.
  public func scan(
    from start: [UInt8], to end: [UInt8]?, limit: UInt32
  ) async throws(KeyValueError) -> (answer: KeyValueAnswer, next: [UInt8]?) {
    let answer = try await read([.scan(start: start, end: end, limit: limit)])
    let result = answer.results[0]
    guard result.more, let last = result.pairs.last else { return (answer, nil) }
    return (answer, KeyValueClient.successor(of: last.key))
  }

  /// The least key above `key`; nil if there is none.
  public static func successor(of key: [UInt8]) -> [UInt8]? {
    guard key.count >= KeyValueBatch.keySizeMax else { return key + [0] }
    guard let last = key.lastIndex(where: { $0 != .max }) else { return nil }
    return key[..<last] + [key[last] + 1]
  }

  /// The body of a request.
  func batch(_ events: [KeyValueEvent]) throws(KeyValueError) -> [UInt8] {
    var builder = KeyValueBatchBuilder(bodySizeMax: bodySizeMax)
    for (index, event) in events.enumerated() {
      do throws(KeyValueBatchBuilderError) {
        try builder.append(event)
      } catch { throw .event(index: index, error) }
    }
    return builder.body
  }

  /// How many of the keys fit in one batch of gets.
  private func fitting(_ keys: ArraySlice<[UInt8]>, before: Int) throws(KeyValueError) -> Int {
    var builder = KeyValueBatchBuilder(bodySizeMax: bodySizeMax)
    for key in keys {
      do throws(KeyValueBatchBuilderError) {
        try builder.append(.get(key: key))
      } catch {
        guard error == .batchFull else { throw .event(index: before + builder.count, error) }
        break
      }
    }
    return builder.count
  }
}
