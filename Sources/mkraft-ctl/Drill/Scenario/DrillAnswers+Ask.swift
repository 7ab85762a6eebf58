internal import MKraftForensics
internal import MKraftFormat
internal import MKraftServer

extension DrillAnswers {
  private static let pageLimit: UInt32 = 1024

  /// Asks a replica for everything.
  /// - Parameter isOver: whether to give up; what was asked by then is then not all.
  static func of(
    _ address: NetworkAddress, _ requests: [DrillLastRequests.Request], _ isOver: @Sendable () -> Bool
  ) async throws(DrillTrouble) -> DrillAnswers {
    let client: KeyValueClient
    do throws(ClientError) {
      client = try await KeyValueClient.connect(to: address, timeout: DrillClients.answerTimeout)
    } catch { throw DrillTrouble("cannot connect to the replica at \(address): \(error)") }
    var answers = DrillAnswers()
    for request in requests { answers.add(try await reply(to: request, client)) }
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
      return Reply(client: request.client, answer: .results(op: reply.op, checksum: checksum))
    } catch {
      switch error {
      case .refused, .refusedUnknown: return Reply(client: request.client, answer: .refused(reason: "\(error)"))
      default: throw DrillTrouble("a request that was sent again got no answer: \(error)")
      }
    }
  }

  private mutating func scan(_ client: KeyValueClient, _ isOver: @Sendable () -> Bool) async throws(DrillTrouble) {
    // No key is empty.
    var start: [UInt8]? = [0]
    while let from = start, !isOver() {
      let page: (answer: KeyValueAnswer, next: [UInt8]?)
      do throws(KeyValueError) {
        page = try await client.scan(from: from, to: nil, limit: DrillAnswers.pageLimit)
      } catch { throw DrillTrouble("a scan was not answered: \(error)") }
      guard let result = page.answer.results.first, result.status == .ok else { throw DrillTrouble("a scan failed") }
      for pair in result.pairs { add(pair) }
      start = page.next
    }
  }
}
