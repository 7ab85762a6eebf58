internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftServer

/// What `start` writes when the replica takes requests: one line, in JSON too, at once.
struct ReadyReport {
  static let schema = JSONSchema("mkraft-ctl-start", version: 1)

  let superblock: Superblock
  let healing: HealingFindings
  /// How transfers are performed.
  let io: String
  var address = NetworkAddress.loopback
  var status: ReplicaStatus?

  init(superblock: Superblock, healing: HealingFindings, io: String) {
    self.superblock = superblock
    self.io = io
    self.healing = healing
  }

  func render(on console: Console) {
    guard console.format == .text else { return renderJSON(on: console) }
    var words = ["ready \(address) cluster \(superblock.cluster.hex) replica \(superblock.replica)"]
    if let status { words.append("term \(status.term) head \(status.head) commit \(status.commit)") }
    words.append("pid \(getpid())")
    words.append("io \(io)")
    if healing.count > 0 { words.append("findings \(healing.count)") }
    console.out.write(words.joined(separator: " ") + "\n")
    console.out.flush()
  }

  /// One line even if a pretty document is asked for: readers wait for the line's end.
  private func renderJSON(on console: Console) {
    let json = JSONWriter(console.out, layout: .compact)
    json.document(ReadyReport.schema, toolVersion: FormatVersion.tool) { write(to: json) }
    console.out.flush()
    console.markAnswered()
  }

  private func write(to json: JSONWriter) {
    json.field("event", "ready")
    json.field("address", address.description)
    json.field("host", address.host)
    json.field("port", address.port)
    json.field("pid", getpid())
    json.identity(superblock)
    json.field("term", status?.term)
    json.field("head", status?.head)
    json.field("commit", status?.commit)
    json.field("role", status?.role.name)
    json.field("message_size", superblock.geometry.messageSize)
    json.field("io", io)
    json.field("finding_count", healing.count)
    json.array("findings") {
      for finding in healing.findings {
        json.finding(finding, startRefused: false)
      }
    }
  }
}
