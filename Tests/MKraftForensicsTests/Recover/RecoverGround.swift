import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A file in memory whose replica's state at every op is known, with copies of it made earlier.
struct RecoverGround {
  /// What was acknowledged up to an op.
  struct Moment {
    let op: UInt64
    let pairs: [[UInt8]: [UInt8]]
    let answers: [UInt128: GridRun.Answer]
  }

  let storage: MemoryStorage
  /// A copy made about two checkpoints before the end, and one made a few ops before it.
  let backups: [MemoryStorage]
  let moments: [Moment]
  let isStopped: Bool
  let map: GridMap
  /// Every entry that the undamaged file and its copies hold.
  let entries: [UInt64: PrepareHeader]

  /// - Parameters:
  ///   - checkpoints: taken before the end.
  ///   - more: ops after the last of them.
  init(seed: UInt64, checkpoints: UInt64 = 4, more: Int, restarted: Bool = false, stop: Bool) throws {
    let run = try GridRun(seed: seed)
    var moments: [Moment] = []
    func note() {
      let op = run.answers.values.map(\.op).max() ?? 0
      moments.append(Moment(op: op, pairs: run.pairs, answers: run.answers))
    }
    note()
    let interval = UInt64(GridRun.geometry.checkpointInterval)
    var backups: [MemoryStorage] = []
    while run.checkpointOp < checkpoints * interval {
      try run.write()
      note()
      if backups.isEmpty, checkpoints > 1, run.checkpointOp == (checkpoints - 2) * interval, moments.count % 40 > 20 {
        backups.append(run.storage.snapshot())
      }
    }
    for index in 0..<more {
      try run.write()
      note()
      if index == max(0, more - 6) { backups.append(run.storage.snapshot()) }
    }
    if restarted {
      try run.restart()
      for _ in 0..<4 {
        try run.write()
        note()
      }
    }
    if stop { run.stop() }
    isStopped = stop
    storage = run.storage
    self.backups = backups
    self.moments = moments
    map = try GridMap(run.storage)
    var entries: [UInt64: PrepareHeader] = [:]
    for file in backups + [run.storage] {
      let reader = JournalReader(file, geometry: GridRun.geometry, cluster: GridRun.cluster)
      for slot in 0..<Int(GridRun.geometry.slotCount) {
        guard let entry = reader.evidence(of: slot..<slot + 1)[0].validPrepare, entry.kind == .prepare else { continue }
        entries[entry.op] = entry
      }
    }
    self.entries = entries
  }

  static func all() throws -> [RecoverGround] {
    [
      try RecoverGround(seed: 1, more: 7, stop: true),
      try RecoverGround(seed: 2, more: 20, stop: false),
      try RecoverGround(seed: 3, checkpoints: 0, more: 30, stop: false),
      try RecoverGround(seed: 4, checkpoints: 1, more: 9, restarted: true, stop: false),
      // Some clients' last replies stand in the reply zone only.
      try RecoverGround(seed: 5, checkpoints: 2, more: 1, stop: true),
    ]
  }

  /// The last op of which a client was told.
  var acknowledged: UInt64 { moments[moments.count - 1].op }

  /// The last entry of the file.
  var head: UInt64 { entries.keys.max() ?? 0 }

  /// What is to be known to a replica that has executed the log up to an op.
  func moment(at op: UInt64) -> Moment { moments.last { $0.op <= op } ?? moments[0] }

  /// Whether a file holds the whole entry that was written as an op: also if its header stands in the header ring only.
  static func holds(_ file: MemoryStorage, _ entry: PrepareHeader) -> Bool {
    let slot = GridRun.geometry.slot(of: entry.op)
    let reader = JournalReader(file, geometry: GridRun.geometry, cluster: GridRun.cluster)
    let seen = reader.evidence(of: slot..<slot + 1)[0]
    return seen.validPrepare == entry || seen.validHeader == entry && reader.holdsBody(of: entry)
  }
}
