public import MKraftFormat
internal import MKraftStorage

/// What can be said of a file without any superblock, once somebody has supplied its geometry: as much of a superblock as the rings
/// tell, so that they can be read by the same rules. It is never sealed, never written, and no replica would start on it.
///
/// Which checkpoint the log continues from follows from the entries: the op behind a checkpoint is prepared only when the one
/// before it is complete (rule R19), and nothing is written over that is still needed. The lowest checkpoint that both allow is
/// assumed, so that no entry is passed over.
public struct AssumedSuperblock: Sendable {
  /// Where the cluster's id comes from.
  public enum ClusterOrigin: String, Sendable, CaseIterable {
    /// Most headers in the rings and the reply zone carry it.
    case headers
    /// Nothing in the file tells; that of the file the geometry was taken from.
    case supplied
    /// Nobody knows it.
    case none
  }

  public let supplied: SuppliedGeometry
  public let superblock: Superblock
  public let clusterOrigin: ClusterOrigin
  /// The highest op of an entry whose header is right, in either ring; 0 if there is none.
  public let highestOp: UInt64

  /// Reads the headers of both rings twice at most, and of the reply zone if they tell nothing.
  static func derive(from storage: any Storage, _ supplied: SuppliedGeometry) -> AssumedSuperblock {
    let (cluster, origin) = cluster(storage, supplied)
    let geometry = supplied.geometry
    var highest: (any: UInt64, inRing: UInt64) = (0, 0)
    var term: UInt64 = 0
    let reader = JournalReader(storage, geometry: geometry, cluster: cluster)
    forEachEntry(reader, geometry) { header, isInHeaderRing in
      highest.any = max(highest.any, header.op)
      term = max(term, header.term)
      if isInHeaderRing { highest.inRing = max(highest.inRing, header.op) }
    }
    var superblock = Superblock(members: MemberList(cluster: cluster, voterCount: 1))
    superblock.cluster = cluster
    superblock.geometry = geometry
    superblock.term = term
    superblock.logTerm = term
    let checkpoint = lowestCheckpoint(geometry, highest: highest.any)
    superblock.checkpoint = state(reader, superblock, at: checkpoint, byteCount: storage.byteCount)
    superblock.commitMax = checkpoint
    superblock.cut = cut(reader, superblock, highest.inRing)
    return AssumedSuperblock(
      supplied: supplied, superblock: superblock, clusterOrigin: origin, highestOp: highest.any)
  }

  /// The op of the earliest checkpoint from which a log can reach `highest`.
  package static func lowestCheckpoint(_ geometry: Geometry, highest: UInt64) -> UInt64 {
    let interval = UInt64(geometry.checkpointInterval)
    guard highest > interval else { return 0 }
    // In (c, c + interval]: the checkpoint of c - interval is complete; that of c is if there is no room otherwise.
    let last = (highest - 1) / interval * interval
    let before = last - interval
    return highest - before <= UInt64(geometry.slotCount) ? before : last
  }

  // MARK: What stands in the file

  private static func cluster(_ storage: any Storage, _ supplied: SuppliedGeometry) -> (UInt128, ClusterOrigin) {
    let geometry = supplied.geometry
    var votes = ClusterVotes()
    let buffer = IOBuffer(byteCount: PrepareHeader.byteCount * 16)
    func look(_ offset: UInt64, _ decode: (RawSpan) -> UInt128?) {
      guard let count = try? storage.read(PrepareHeader.byteCount, at: offset, into: buffer),
        count == PrepareHeader.byteCount, let cluster = decode(buffer.bytes.extracting(0..<PrepareHeader.byteCount))
      else { return }
      votes.add(cluster)
    }
    for slot in 0..<Int(geometry.slotCount) where votes.isOpen {
      look(geometry.headerOffset(slot: slot)) { try? PrepareHeader(decoding: $0).cluster }
    }
    for slot in 0..<Int(geometry.slotCount) where votes.isOpen {
      look(geometry.prepareOffset(slot: slot)) { try? PrepareHeader(decoding: $0).cluster }
    }
    for slot in 0..<Int(geometry.sessions) where votes.isOpen {
      look(geometry.replyOffset(slot: slot)) { try? ReplyHeader(decoding: $0).cluster }
    }
    if let winner = votes.winner { return (winner, .headers) }
    if let cluster = supplied.cluster { return (cluster, .supplied) }
    return (0, .none)
  }

  /// Every entry whose header is right by itself and stands where it belongs.
  private static func forEachEntry(
    _ reader: JournalReader, _ geometry: Geometry, _ visit: (PrepareHeader, _ isInHeaderRing: Bool) -> Void
  ) {
    let slotCount = Int(geometry.slotCount)
    for first in stride(from: 0, to: slotCount, by: reader.batchLimit) {
      for found in reader.evidenceOfHeaders(of: first..<min(first + reader.batchLimit, slotCount)) {
        if let header = found.evidence.validHeader, header.kind == .prepare { visit(header, true) }
        if let header = found.evidence.prepareHeader, header.kind == .prepare { visit(header, false) }
      }
    }
  }

  private static func entry(_ op: UInt64, _ reader: JournalReader, _ superblock: Superblock) -> PrepareHeader? {
    let slot = superblock.geometry.slot(of: op)
    guard let seen = reader.evidenceOfHeaders(of: slot..<slot + 1).first?.evidence else { return nil }
    return [seen.validHeader, seen.prepareHeader].compactMap { $0 }.first { $0.kind == .prepare && $0.op == op }
  }

  // MARK: What follows from it

  private static func state(
    _ reader: JournalReader, _ superblock: Superblock, at op: UInt64, byteCount: UInt64
  ) -> CheckpointState {
    let geometry = superblock.geometry
    var state = CheckpointState()
    if op == 0 {
      state = .genesis(cluster: superblock.cluster, geometry: geometry)
    } else if let header = entry(op, reader, superblock) {
      state.header = header
    } else {
      state.header = parent(of: entry(op + 1, reader, superblock), op, superblock)
    }
    state.storageSize = geometry.fileSize(blockCount: geometry.blockCount(fileSize: byteCount))
    let interval = UInt64(geometry.checkpointInterval)
    if op > 0 { state.parentID = checkpointID(in: op + 1...op + interval, reader, superblock) ?? 0 }
    if let id = checkpointID(in: op + interval + 1...op + 2 * interval, reader, superblock) { state.id = id }
    return state
  }

  /// What an entry tells of the one before it.
  private static func parent(of entry: PrepareHeader?, _ op: UInt64, _ superblock: Superblock) -> PrepareHeader {
    var header = PrepareHeader()
    header.cluster = superblock.cluster
    header.op = op
    header.checksum = entry?.parent ?? 0
    return header
  }

  /// What the first entry of a range that can be read names as its checkpoint.
  private static func checkpointID(
    in ops: ClosedRange<UInt64>, _ reader: JournalReader, _ superblock: Superblock
  ) -> UInt128? {
    for op in ops.prefix(Int(superblock.geometry.slotCount)) {
      if let found = entry(op, reader, superblock) { return found.checkpointID }
    }
    return nil
  }

  /// A header in the header ring proves that the log has reached its op (rule R12); nothing below is void then.
  private static func cut(_ reader: JournalReader, _ superblock: Superblock, _ op: UInt64) -> LogPosition {
    guard op > superblock.checkpoint.op, let header = entry(op, reader, superblock) else {
      return LogPosition(superblock.checkpoint.header)
    }
    return LogPosition(header)
  }
}

/// Which cluster most headers name: a few hundred tell.
private struct ClusterVotes {
  private static let enough = 256
  private static let candidatesMax = 16

  private var counts: [UInt128: Int] = [:]
  private var total = 0

  var isOpen: Bool { total < ClusterVotes.enough }

  mutating func add(_ cluster: UInt128) {
    total += 1
    guard counts[cluster] != nil || counts.count < ClusterVotes.candidatesMax else { return }
    counts[cluster, default: 0] += 1
  }

  /// The most frequent; of several the lowest, so that every look gives the same.
  var winner: UInt128? {
    counts.max { $0.value != $1.value ? $0.value < $1.value : $0.key > $1.key }?.key
  }
}
