import MKraftFormat
import MKraftStorage

/// A file in memory with everything in it: six checkpoints, a log above them, sessions with answers, blocks of all sorts; and what
/// was acknowledged, so that a replica started on it after damage can be asked for it.
struct LoadedGround {
  let storage: MemoryStorage
  let pairs: [[UInt8]: [UInt8]]
  /// The last request of each client.
  let answers: [GridRun.Answer]
  let map: GridMap
  /// The file two checkpoints before: what a lost write leaves.
  let earlier: MemoryStorage
  let isStopped: Bool

  /// - Parameters:
  ///   - more: entries above the last checkpoint.
  ///   - restarted: whether it was started anew before the last of them, so that its superblock names a cut and suffix headers.
  ///   - stop: whether the replica was stopped, and not killed.
  init(seed: UInt64 = 1, more: Int = 2, restarted: Bool = false, stop: Bool = true) throws {
    let run = try GridRun(seed: seed)
    try run.run(checkpoints: 4)
    earlier = run.storage.snapshot()
    try run.run(checkpoints: 6, more: more)
    if restarted {
      try run.restart()
      for _ in 0..<4 { try run.write() }
    }
    if stop { run.stop() }
    isStopped = stop
    storage = run.storage
    pairs = run.pairs
    answers = run.answers.values.sorted { $0.header.client < $1.header.client }
    map = try GridMap(run.storage)
  }

  /// Stopped and killed, with a short and a long log.
  static func all() throws -> [LoadedGround] {
    [
      try LoadedGround(), try LoadedGround(seed: 2, more: 0, stop: false),
      try LoadedGround(seed: 3, more: 30, stop: false), try LoadedGround(seed: 4, more: 25),
    ]
  }

  var superblock: Superblock { map.superblock }
  var geometry: Geometry { superblock.geometry }
}
