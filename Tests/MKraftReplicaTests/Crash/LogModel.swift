import MKraftFormat

/// What a log must lead to, said in the simplest way: the pairs, the sessions and the results after each op. It knows the
/// entries and nothing of blocks, checkpoints or caches.
final class LogModel {
  struct Session: Equatable {
    let client: UInt128
    let number: UInt64
    var request: UInt64 = 0
    var requestChecksum: UInt128
    /// Op of the last request, or of the register.
    var op: UInt64
  }

  /// An entry, and what is true after it.
  struct Entry {
    let header: PrepareHeader
    let body: [UInt8]
    var pairs = Fingerprint()
    /// By reply slot.
    var sessions: [Session] = []
    /// Nil if nothing was executed.
    var results: [KeyValueResult]?
  }

  let geometry: Geometry
  private var values = KeyValueModel()
  /// By op; the first is the root.
  private(set) var entries: [Entry]

  init(_ geometry: Geometry) {
    self.geometry = geometry
    entries = [Entry(header: .root(cluster: CrashProfile.cluster), body: [])]
  }

  /// The log up to `op`, as a start finds it that has lost what lay above.
  convenience init(_ other: LogModel, through op: UInt64) throws {
    self.init(other.geometry)
    for entry in other.entries[1...].prefix(Int(op)) { try append(entry.header, entry.body) }
  }

  var head: UInt64 { UInt64(entries.count - 1) }

  subscript(op: UInt64) -> Entry { entries[Int(op)] }

  /// The present value of a key.
  func value(of key: [UInt8]) -> [UInt8]? { values.values[key] }

  func append(_ header: PrepareHeader, _ body: [UInt8]) throws {
    var entry = Entry(header: header, body: body)
    entry.pairs = entries[entries.count - 1].pairs
    entry.sessions = entries[entries.count - 1].sessions
    switch Operation(rawValue: header.operation) {
    case .register: open(header, in: &entry.sessions)
    case .keyValue: try execute(&entry)
    default: break
    }
    entries.append(entry)
  }

  /// In place of an earlier session of the client, or at the end, or in place of the one that was quiet longest.
  private func open(_ header: PrepareHeader, in sessions: inout [Session]) {
    let new = Session(
      client: header.client, number: header.op, requestChecksum: header.requestChecksum, op: header.op)
    if let index = sessions.firstIndex(where: { $0.client == header.client }) {
      sessions[index] = new
    } else if sessions.count < Int(geometry.sessions) {
      sessions.append(new)
    } else if let quiet = sessions.min(by: { $0.op < $1.op }), let index = sessions.firstIndex(of: quiet) {
      sessions[index] = new
    }
  }

  private func execute(_ entry: inout Entry) throws {
    let header = entry.header
    guard
      let index = entry.sessions.firstIndex(where: { $0.client == header.client && $0.number == header.session }),
      entry.sessions[index].request < header.request
    else { return }
    entry.sessions[index].request = header.request
    entry.sessions[index].requestChecksum = header.requestChecksum
    entry.sessions[index].op = header.op
    let events = try events(in: entry.body)
    let keys = Set(events.map(\.key))
    for key in keys { entry.pairs.remove(key, values.values[key]) }
    entry.results = values.apply(events, sizeMax: geometry.bodySizeMax)
    for key in keys { entry.pairs.add(key, values.values[key]) }
  }

  private func events(in body: [UInt8]) throws -> [KeyValueEvent] {
    let view = try KeyValueBatchView(validating: body.rawSpan, bodySizeMax: geometry.bodySizeMax)
    var events: [KeyValueEvent] = []
    var iterator = view.events
    while let event = iterator.next() { events.append(KeyValueEvent(copying: event)) }
    return events
  }
}

/// A set of pairs as one number, which a pair changes in the same way whatever else is in it.
struct Fingerprint: Equatable {
  private(set) var count = 0
  private var sum: UInt128 = 0

  mutating func add(_ key: [UInt8], _ value: [UInt8]?) {
    guard let value else { return }
    count += 1
    sum &+= Fingerprint.checksum(key, value)
  }

  mutating func remove(_ key: [UInt8], _ value: [UInt8]?) {
    guard let value else { return }
    count -= 1
    sum &-= Fingerprint.checksum(key, value)
  }

  private static func checksum(_ key: [UInt8], _ value: [UInt8]) -> UInt128 {
    let bytes = [UInt8(key.count & 0xFF), UInt8(key.count >> 8)] + key + value
    return Checksum.of(bytes.rawSpan, as: .block)
  }
}
