internal import ArgumentParser
internal import MKraftOutput
internal import MKraftServer

/// How long a client waits.
struct ConnectionOptions: ParsableArguments {
  private static let secondsMax = 3600.0

  @Option(help: "Seconds to wait for the connection, and then for each answer.")
  var timeout = 10.0

  /// - Throws: wrong usage.
  func duration() throws(Failure) -> Duration {
    guard timeout > 0, timeout <= ConnectionOptions.secondsMax else {
      throw Failure(.usage, "--timeout is more than 0 and at most 3600 seconds")
    }
    return .seconds(timeout)
  }
}
