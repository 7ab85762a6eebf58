import MKraftFormat
import MKraftStorage

/// A replica's journal as rule R12 says it must be written, and what of it was acknowledged: an independent model of what
/// recovery must find. One generation is a start, some acknowledged entries, and a crash with a pipeline in flight.
struct JournalSimulation {
  var random: SplitMix64
  var storage: MemoryStorage
  var superblock: Superblock
  /// Every entry of the log by op, acknowledged or not; the first is the root.
  var log: [SampleEntry?] = [nil]
  var headers: [PrepareHeader]
  /// Highest op acknowledged.
  var acknowledged: UInt64 = 0
  /// What the header ring holds, as far as the writer knows.
  var ring: [PrepareHeader] = []

  let geometry = SampleFile.geometry

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    superblock = SampleFile.superblock()
    storage = SampleFile.format(superblock)
    headers = [superblock.checkpoint.header]
  }

  var head: PrepareHeader { headers[headers.count - 1] }

  // MARK: Start

  /// Starts on what a decision found: a new superblock first, then the headers; a crash in between leaves some unwritten.
  /// - Returns: whether the start came to its end.
  mutating func start(_ decision: JournalDecision, _ evidence: [SlotEvidence], mayCrash: Bool) -> Bool {
    headers.removeSubrange(Int(decision.head.op) + 1..<headers.count)
    log.removeSubrange(Int(decision.head.op) + 1..<log.count)
    acknowledged = decision.head.op
    superblock = superblock.started(on: headers)
    ring = (0..<SampleFile.slotCount).map { slot in
      let verdict = decision.slots[slot].disposition
      return switch verdict {
      case .kept, .fixed: evidence[slot].validPrepare ?? head
      case .vacated, .faulty: PrepareHeader.placeholder(.unknown, slot: slot, cluster: SampleFile.cluster)
      case .blank, .cut: evidence[slot].validHeader ?? head
      }
    }
    let crashes = mayCrash && Int.random(in: 0..<4, using: &random) == 0
    for unit in (0..<SampleFile.slotCount / geometry.headersPerUnit) {
      if crashes && Bool.random(using: &random) { continue }
      writeUnit(unit)
    }
    return !crashes
  }

  private func write(_ buffer: IOBuffer, at offset: UInt64) {
    // A fault that fails writes is not simulated here.
    _ = try? storage.write(buffer.byteCount, at: offset, from: buffer)
  }

  private func writeUnit(_ unit: Int) {
    write(unitImage(unit), at: geometry.headerOffset(slot: unit * geometry.headersPerUnit))
  }

  private func unitImage(_ unit: Int) -> IOBuffer {
    let buffer = IOBuffer(byteCount: Int(geometry.ioUnit))
    var bytes = buffer.mutableBytes
    for index in 0..<geometry.headersPerUnit {
      ring[unit * geometry.headersPerUnit + index].encode(into: &bytes, at: index * PrepareHeader.byteCount)
    }
    return buffer
  }

  // MARK: Entries

  /// Appends acknowledged entries, taking checkpoints when the ring fills up.
  mutating func append(_ count: Int) {
    for _ in 0..<count {
      let entry = makeEntry()
      let slot = geometry.slot(of: entry.header.op)
      write(entry.image, at: geometry.prepareOffset(slot: slot))
      putHeader(entry.header.op)
      acknowledged = entry.header.op
      if acknowledged >= superblock.checkpoint.op + UInt64(geometry.checkpointInterval) { checkpoint() }
    }
  }

  /// A clean stop, when nothing is in flight.
  mutating func stop() {
    let head = head
    superblock = superblock.updated { next in
      next.clean = LogPosition(head)
      next.commitMax = head.op
    }
  }

  private mutating func checkpoint() {
    let op = superblock.checkpoint.op + UInt64(geometry.checkpointInterval)
    let header = headers[Int(op)]
    superblock = superblock.updated { next in
      next.checkpoint.parentID = next.checkpoint.id
      next.checkpoint.header = header
      next.checkpoint.seal()
      next.commitMax = max(next.commitMax, op)
    }
  }

  private mutating func makeEntry() -> SampleEntry {
    let size = [0, 0, 200, 1000, 3840].randomElement(using: &random) ?? 0
    let fill = UInt8.random(in: 0...255, using: &random)
    let committed = acknowledged > 0 ? UInt64.random(in: head.commit...acknowledged, using: &random) : 0
    let entry = SampleEntry(
      after: head, term: superblock.term, commit: committed, body: [UInt8](repeating: fill, count: size),
      ids: CheckpointIDs(superblock))
    log.append(entry)
    headers.append(entry.header)
    return entry
  }

  /// A crash with up to a pipeline of entries in flight: their prepares durable or not, in any order; the headers of a run
  /// of durable ones from the first on in flight, or durable and not yet acknowledged.
  mutating func crash() {
    let count = Int.random(in: 0...Int(geometry.pipeline), using: &random)
    let first = acknowledged + 1
    var isDurable: [Bool] = []
    for _ in 0..<count {
      let entry = makeEntry()
      let offset = geometry.prepareOffset(slot: geometry.slot(of: entry.header.op))
      isDurable.append(Int.random(in: 0..<3, using: &random) > 0)
      if isDurable[isDurable.count - 1] {
        write(entry.image, at: offset)
      } else {
        _ = try? storage.submit(entry.image.byteCount, at: offset, from: entry.image)
      }
    }
    let run = isDurable.prefix { $0 }.count
    let written = Int.random(in: 0...run, using: &random)
    for index in 0..<written { putHeader(first + UInt64(index)) }
    if written < run { submitHeaders(from: first + UInt64(written), to: first + UInt64(run)) }
    storage = storage.cut(using: &random)
  }

  private mutating func putHeader(_ op: UInt64) {
    ring[geometry.slot(of: op)] = headers[Int(op)]
    writeUnit(geometry.slot(of: op) / geometry.headersPerUnit)
  }

  /// One header unit in flight, with all that is due in it.
  private mutating func submitHeaders(from first: UInt64, to end: UInt64) {
    let unit = geometry.slot(of: first) / geometry.headersPerUnit
    for op in first..<end where geometry.slot(of: op) / geometry.headersPerUnit == unit {
      ring[geometry.slot(of: op)] = headers[Int(op)]
    }
    let offset = geometry.headerOffset(slot: unit * geometry.headersPerUnit)
    _ = try? storage.submit(Int(geometry.ioUnit), at: offset, from: unitImage(unit))
  }

  // MARK: What recovery must find

  /// The last op of the run of whole prepares from the checkpoint on: where a log without damage must end.
  func wholePrepares() -> UInt64 {
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    var op = superblock.checkpoint.op
    while Int(op) + 1 < log.count, let entry = log[Int(op) + 1] {
      let offset = geometry.prepareOffset(slot: geometry.slot(of: op + 1))
      guard (try? storage.read(entry.image.byteCount, at: offset, into: buffer)) == entry.image.byteCount else { break }
      let size = Int(entry.header.size)
      guard buffer.array(0..<size) == entry.image.array(0..<size) else { break }
      op += 1
    }
    return op
  }

  /// What is wrong with a decision that serves: something acknowledged is not kept, or something kept is not of this log.
  func violation(_ decision: JournalDecision, _ evidence: [SlotEvidence]) -> String? {
    guard decision.head.op >= acknowledged else { return "acknowledged \(acknowledged), kept \(decision.head.op)" }
    guard Int(decision.head.op) < headers.count else { return "head \(decision.head.op) was never prepared" }
    guard decision.head == headers[Int(decision.head.op)] else { return "head \(decision.head.op) is another entry" }
    guard decision.commitMax <= acknowledged else { return "commit \(decision.commitMax) above \(acknowledged)" }
    for slot in evidence.indices {
      let verdict = decision.slots[slot].disposition
      let op = superblock.checkpoint.op + 1 + UInt64((slot - geometry.slot(of: superblock.checkpoint.op + 1) + 64) % 64)
      let isKept = verdict == .kept || verdict == .fixed
      guard isKept == (op <= decision.head.op) else { return "op \(op) is \(verdict), head \(decision.head.op)" }
      if isKept && evidence[slot].validPrepare != headers[Int(op)] { return "op \(op) is another entry" }
    }
    return nil
  }

  /// The decision on a device, and the evidence by slot.
  func decide(_ storage: MemoryStorage) -> (JournalDecision, [SlotEvidence]) {
    var evidence: [SlotEvidence] = []
    let decision = JournalScan.run(storage, superblock, provenOp: 0) { slot, _ in evidence.append(slot) }
    JournalByRuns.check(decision, storage, superblock)
    return (decision, evidence.sorted { $0.slot < $1.slot })
  }
}
