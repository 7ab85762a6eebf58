internal import ArgumentParser
internal import MKraftOutput
internal import MKraftServer

/// `ping`: asks a replica who it is and how far its log goes.
struct PingCommand: Command {
  private static let countMax = 100_000

  static let configuration = CommandConfiguration(
    commandName: "ping",
    abstract: "Asks a replica for its term, role and log position, and how long it takes to answer.",
    discussion: "Exit code 69 if there is no answer.")

  @Argument(help: "The replica's address: HOST:PORT, or a port of this machine.")
  var server: AddressArgument

  @Option(help: "How often to ask, one after the other on one connection.")
  var count = 1

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let address = try server.address()
    let timeout = try connection.duration()
    guard (1...PingCommand.countMax).contains(count) else {
      throw Failure(.usage, "--count is 1 to \(PingCommand.countMax)")
    }
    let count = count
    let report: PingReport
    do throws(ClientError) {
      report = try Waiting.result { () async throws(ClientError) in
        try await PingCommand.ping(address, timeout: timeout, count: count)
      }
    } catch { throw Failure(error, at: address) }
    report.render(on: console)
    return .sound
  }

  private static func ping(
    _ address: NetworkAddress, timeout: Duration, count: Int
  ) async throws(ClientError) -> PingReport {
    let client = try await Client.connect(to: address, timeout: timeout)
    var pong = try await client.ping()
    var roundTrips = [pong.roundTrip]
    for _ in 1..<count {
      pong = try await client.ping()
      roundTrips.append(pong.roundTrip)
    }
    await client.close()
    return PingReport(address: address, pong: pong, roundTrips: roundTrips.sorted())
  }
}
