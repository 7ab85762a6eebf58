internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Files of replicas to which nothing worse has happened than a power cut.
extension Fixture {
  static var lives: [Fixture] {
    [
      Fixture("fresh") { try SampleReplica.fresh() },
      Fixture("other-members") { try SampleReplica.fresh(replicaCount: 3) },
      Fixture("loaded", loaded),
      Fixture("running", running),
      Fixture("large-messages", largeMessages),
      Fixture("large-units", largeUnits),
      Fixture("hostile-bytes", hostileBytes),
      Fixture("torn-tail", tornTail),
      Fixture("headers-behind", headersBehind),
      Fixture("power-cut", powerCut),
      Fixture("slot-given-up", slotGivenUp),
    ]
  }

  /// Entries of one byte and of the largest size there is, 1 MiB.
  private static func largeMessages() throws -> MemoryStorage {
    let replica = try SampleReplica(
      Geometry(slotCount: 64, messageSize: 1 << 20, sessions: 1, blockSize: 16 << 10, gridBlocksMax: 512))
    let empty = KeyValueEvent.put(key: [UInt8(ascii: "k")], value: []).encodedSize
    let room = replica.geometry.bodySizeMax - KeyValueBatch.headSize - empty
    try replica.send([.put(key: [UInt8(ascii: "k")], value: [1])], from: 0)
    try replica.send([.put(key: [UInt8(ascii: "k")], value: SampleReplica.pattern(room, seed: 3))], from: 0)
    try replica.send([.put(key: [UInt8(ascii: "k")], value: [3])], from: 0)
    replica.stop()
    return replica.storage
  }

  /// Units of 64 KiB, and an atom of the header ring gone: the headers of ops 4 and 5.
  private static func largeUnits() throws -> MemoryStorage {
    let replica = try SampleReplica(
      Geometry(
        ioUnit: 64 << 10, slotCount: 256, messageSize: 64 << 10, sessions: 1, blockSize: 64 << 10, gridBlocksMax: 64))
    for number in 0..<8 {
      let value = SampleReplica.pattern(number * 8000, seed: UInt8(number))
      try replica.send([.put(key: Array("k\(number)".utf8), value: value)], from: 0)
    }
    let first = replica.geometry.headerOffset(slot: 4)
    replica.storage.scramble(first..<first + UInt64(MemoryStorage.atomSize))
    return replica.storage
  }

  /// What a client may send to deceive whoever prints it, or whoever looks for structures by their bytes alone.
  private static func hostileBytes() throws -> MemoryStorage {
    let replica = try SampleReplica()
    let keys = [
      "\u{1B}[2J\u{1B}[31mred", "\u{1B}]0;title\u{07}", "two\r\nlines", "\u{9B}2J", "\u{202E}drawkcab", "nul\u{0}nul",
      #""},"exit":0,{""#, "\u{7F}\u{8}\u{8}\u{8}",
    ]
    for (index, key) in keys.enumerated() {
      try replica.send([.put(key: Array(key.utf8), value: Array(key.utf8.reversed()))], from: index % 4)
    }
    try replica.send([.put(key: [0xFF, 0xFE, 0xC0, 0x80], value: [UInt8](0...255))], from: 0)
    let forged = try replica.storage.header(inSlot: 13).successor { $0.operation = Operation.noop.rawValue }
    let value = [UInt8](copying: forged.image().bytes)
    try replica.send([.put(key: [1], value: value), .put(key: [2], value: value)], from: 1)
    replica.stop()
    return replica.storage
  }

  /// Four prepares in flight, 21 to 24: the first torn, the second whole, the third not begun, of the last an atom.
  private static func tornTail() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    try replica.beginRound()
    let tokens = replica.storage.inFlight.map(\.token)
    return replica.storage.cut { token, atom in
      switch token {
      case tokens[0]: atom < 3
      case tokens[1]: true
      case tokens[3]: atom == 0
      default: false
      }
    }
  }

  /// Three prepares durable, 21 to 23, and not one of their headers.
  private static func headersBehind() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    try replica.beginRound()
    let last = replica.storage.inFlight[3].token
    return replica.storage.cut { token, _ in token != last }
  }

  /// Prepare 21 durable; its header and prepares 22 to 24 in flight when the power fails, by the first seed that leaves the
  /// header unwritten and prepare 22 torn.
  private static func powerCut() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    try replica.beginRound()
    replica.completeOne()
    for seed in UInt64(1)...1000 {
      var generator = SplitMix64(seed: seed)
      let storage = replica.storage.cut(using: &generator)
      let journal = try Opening.read(storage).journal
      if journal.end == .torn && journal.slots[21].disposition == .fixed { return storage }
    }
    preconditionFailure("a prepare in flight is torn in two of five cuts")
  }

  /// A header rotted beyond the head, and the replica that started then has marked its slot.
  private static func slotGivenUp() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    replica.storage.scramble(replica.geometry.headerRange(slot: 23))
    try replica.restart()
    return replica.storage
  }
}
