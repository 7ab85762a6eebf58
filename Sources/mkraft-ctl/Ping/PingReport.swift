internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// What a replica answered to pings.
struct PingReport: Sendable {
  static let schema = JSONSchema("mkraft-ctl-ping", version: 1)

  let address: NetworkAddress
  /// The last answer.
  let pong: Pong
  /// In ascending order, at least one.
  let roundTrips: [Duration]

  private var median: Duration { roundTrips[roundTrips.count / 2] }
  private var roleName: String { pong.role?.name ?? "unknown" }

  func render(on console: Console) {
    console.render(PingReport.schema) {
      write(to: $0)
    } text: {
      write(to: $0)
    }
  }

  private func write(to json: JSONWriter) {
    json.field("address", address.description)
    json.field("cluster", hex: pong.cluster)
    json.field("replica", pong.replica)
    json.field("role", roleName)
    json.field("leader", pong.leader)
    json.field("term", pong.term)
    json.field("head", pong.headOp)
    json.field("commit", pong.commitOp)
    json.field("message_size", pong.messageSize)
    json.field("release", pong.release)
    json.field("timestamp", pong.timestamp)
    json.field("count", roundTrips.count)
    json.object("round_trip_seconds") {
      json.field("min", roundTrips[0] / .seconds(1))
      json.field("median", median / .seconds(1))
      json.field("max", roundTrips[roundTrips.count - 1] / .seconds(1))
    }
    json.field("exit", ExitCode.sound)
  }

  private func write(to page: FieldList) {
    page.field("address", address.description)
    page.field("cluster", hex: pong.cluster)
    page.field("replica", decimal: UInt64(pong.replica))
    page.field("role", roleName)
    page.field("leader", pong.leader.map { "\($0)" } ?? "unknown")
    page.field("term", decimal: pong.term)
    page.field("head", decimal: pong.headOp)
    page.field("commit", decimal: pong.commitOp)
    page.field("message_size", ByteCount(UInt64(pong.messageSize)).description)
    page.field("round trip", median.readable, note: spread)
  }

  private var spread: String {
    guard roundTrips.count > 1 else { return "" }
    return "median of \(roundTrips.count), \(roundTrips[0].readable) to \(roundTrips[roundTrips.count - 1].readable)"
  }
}
