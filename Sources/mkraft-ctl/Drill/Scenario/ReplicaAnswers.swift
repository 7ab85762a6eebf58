internal import MKraftForensics
internal import MKraftFormat
internal import MKraftServer

/// All that a replica answers: every key with its value, and the stored reply of every session whose last request is known. Two of
/// them tell what one replica knows and the other does not. Memory: a key and a checksum for each 1024 keys.
struct ReplicaAnswers: Sendable, Equatable {
  /// A run of pairs, in the order of their keys.
  struct Run: Sendable, Equatable {
    let first: [UInt8]
    /// Of all keys and values in it.
    let checksum: UInt128
  }

  /// What a session's last request, sent again, was answered with.
  struct Reply: Sendable, Equatable {
    let client: UInt128
    /// The op and the checksum of the results, or why there were none.
    let answer: String
  }

  static let runLength: UInt64 = 1024
  private static let pageLimit: UInt32 = 1024

  private(set) var pairCount: UInt64 = 0
  private(set) var runs: [Run] = []
  private(set) var replies: [Reply] = []

  /// Asks a replica for all of it.
  static func of(
    _ address: NetworkAddress, _ requests: [DrillLastRequests.Request], _ isOver: @Sendable () -> Bool
  ) async throws(DrillTrouble) -> ReplicaAnswers {
    var answers = ReplicaAnswers()
    let client: KeyValueClient
    do throws(ClientError) {
      client = try await KeyValueClient.connect(to: address, timeout: DrillClients.answerTimeout)
    } catch { throw DrillTrouble("cannot connect to the replica at \(address): \(error)") }
    // Sessions first: nothing that is asked afterwards moves them on.
    for request in requests { answers.replies.append(try await reply(to: request, client)) }
    try await answers.scan(client, isOver)
    await client.client.close()
    return answers
  }

  private static func reply(
    to request: DrillLastRequests.Request, _ client: KeyValueClient
  ) async throws(DrillTrouble) -> Reply {
    var state = SessionState(
      cluster: client.pong.cluster, client: request.client, session: request.session, nextRequest: request.number,
      unanswered: SessionState.Unanswered(body: request.body, attempts: 1))
    state.release = request.release
    do throws(ClientError) {
      let reply = try await client.client.resume(state).retry()
      let checksum = Checksum.of(reply.body.rawSpan, seed: 0)
      return Reply(client: request.client, answer: "op \(reply.op), results \(checksum.hex)")
    } catch {
      switch error {
      case .refused, .refusedUnknown: return Reply(client: request.client, answer: "\(error)")
      default: throw DrillTrouble("a request that was sent again got no answer: \(error)")
      }
    }
  }

  private mutating func scan(_ client: KeyValueClient, _ isOver: @Sendable () -> Bool) async throws(DrillTrouble) {
    var start: [UInt8]? = [0]
    var digest = Digest()
    while let from = start, !isOver() {
      let page: (answer: KeyValueAnswer, next: [UInt8]?)
      do throws(KeyValueError) {
        page = try await client.scan(from: from, to: nil, limit: ReplicaAnswers.pageLimit)
      } catch { throw DrillTrouble("a scan was not answered: \(error)") }
      guard let result = page.answer.results.first, result.status == .ok else { throw DrillTrouble("a scan failed") }
      for pair in result.pairs {
        digest.add(pair)
        pairCount += 1
        if pairCount % ReplicaAnswers.runLength == 0 { runs.append(digest.end()) }
      }
      start = page.next
    }
    if !digest.isEmpty { runs.append(digest.end()) }
  }

  /// In what `other` does not answer as this one does, one line each; empty if it does.
  func differences(in other: ReplicaAnswers) -> [String] {
    var found: [String] = []
    if other.pairCount != pairCount { found.append("\(other.pairCount) keys, where \(pairCount) were") }
    if let index = zip(runs, other.runs).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
      let first = String(decoding: runs[index].first.prefix(64), as: UTF8.self)
      found.append("other keys or values from key \(first) on, within \(ReplicaAnswers.runLength) keys")
    }
    for (mine, theirs) in zip(replies, other.replies) where mine != theirs {
      found.append("client \(mine.client.hex) was answered: \(theirs.answer); it was: \(mine.answer)")
    }
    return found
  }
}

/// The checksum over a run of pairs, in the making.
private struct Digest {
  private var first: [UInt8]?
  private var checksum: UInt128 = 0

  var isEmpty: Bool { first == nil }

  mutating func add(_ pair: KeyValuePair) {
    if first == nil { first = pair.key }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pair.key.count + pair.value.count + 24)
    for shift in stride(from: UInt128(0), to: 128, by: 8) { bytes.append(UInt8(truncatingIfNeeded: checksum >> shift)) }
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: pair.key.count >> shift)) }
    bytes += pair.key
    bytes += pair.value
    checksum = Checksum.of(bytes.rawSpan, seed: 0)
  }

  mutating func end() -> ReplicaAnswers.Run {
    defer { self = Digest() }
    return ReplicaAnswers.Run(first: first ?? [], checksum: checksum)
  }
}
