internal import MKraftFormat

/// Sends again, after a pause that doubles, what a replica refuses only for now, until the time is over.
struct Patience {
  private static let firstPause = Duration.milliseconds(2)
  private static let pauseMax = Duration.milliseconds(250)

  /// How long to go on sending.
  let limit: Duration

  func call<Value: Sendable>(
    _ body: () async throws(ClientError) -> Value
  ) async throws(ClientError) -> Value {
    let deadline = ContinuousClock.now + limit
    var pause = Patience.firstPause
    while true {
      do throws(ClientError) {
        return try await body()
      } catch {
        guard Patience.mayPass(error), ContinuousClock.now + pause < deadline else { throw error }
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, Patience.pauseMax)
    }
  }

  /// A refusal proves that this attempt was not executed.
  private static func mayPass(_ error: ClientError) -> Bool {
    switch error {
    case .refused(.overloaded), .refused(.starting), .refused(.sessionBusy): true
    default: false
    }
  }
}
