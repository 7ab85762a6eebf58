internal import MKraftFormat
internal import MKraftStorage

/// Blocks of a file in use that looked damaged, looked at again as the newest checkpoint has them: one that it has replaced may hold
/// anything by now, one that it still refers to must be whole.
struct LiveRecheck {
  struct Outcome {
    /// What is known of the checkpoint that this is true of.
    var ground: GridGround
    var faults: [GridFault] = []
    /// Damaged blocks that nothing is known to refer to.
    var damaged: [BlockNotes.Damaged] = []
    /// Blocks that the newest checkpoint has no use for.
    var superseded: [UInt64] = []
    /// Blocks that could not be judged, because there was a newer checkpoint each time.
    var changing: [UInt64] = []
  }

  private let storage: any Storage
  private let judged: GridGround
  private let damaged: [BlockNotes.Damaged]
  private let suspects: Set<UInt64>

  init(_ storage: any Storage, _ judged: GridGround, _ grid: GridIntake) {
    self.storage = storage
    self.judged = judged
    damaged = grid.damaged.filter { judged.use(of: $0.address) != .released }
    suspects = Set(grid.faults.map(\.address) + damaged.map(\.address))
  }

  func run() -> Outcome {
    guard !suspects.isEmpty else { return Outcome(ground: judged) }
    for _ in 0..<ScanWork.rereadsMax {
      guard let superblock = SuperblockLook(storage, isLive: true).decision.chosen else { continue }
      let ground = GridGround(superblock, CheckpointReader(storage, superblock).parts())
      let outcome = examine(as: ground)
      // What is whole, or no part of the newest state, stays so whatever follows.
      if outcome.faults.isEmpty && outcome.damaged.isEmpty && ground.parts.faults.isEmpty { return outcome }
      let newest = SuperblockLook(storage, isLive: true).decision.chosen
      if newest?.checkpoint.id == superblock.checkpoint.id { return outcome }
    }
    return Outcome(ground: judged, changing: suspects.sorted())
  }

  private func isSameCheckpoint(_ ground: GridGround) -> Bool {
    ground.superblock.checkpoint.id == judged.superblock.checkpoint.id
  }

  /// Follows the checkpoint's references to the suspects.
  private func examine(as ground: GridGround) -> Outcome {
    var outcome = Outcome(ground: ground)
    var left = suspects.filter { [.tree, .unknown].contains(ground.use(of: $0)) }
    let isWanted = left
    let block = IOBuffer(byteCount: Int(ground.geometry.blockSize))
    var walk = TreeWalk(storage, ground)
    walk.run { reference, referrer, lower, upper in
      guard left.remove(reference.address) != nil else { return }
      if let fault = ground.fault(ofLeaf: reference, lower, upper, storage, block) {
        outcome.faults.append(GridFault(fault: fault, referrer: referrer))
      }
    }
    left.subtract(isWanted.filter { walk.met.contains($0) })
    outcome.faults += walk.faults
    if !left.isEmpty { examineValues(&left, ground, &outcome) }
    let faulty = Set(outcome.faults.map(\.address))
    if isSameCheckpoint(ground) {
      outcome.damaged = damaged.filter { left.contains($0.address) }
    } else {
      outcome.superseded = suspects.filter { !faulty.contains($0) }.sorted()
    }
    return outcome
  }

  private func examineValues(_ left: inout Set<UInt64>, _ ground: GridGround, _ outcome: inout Outcome) {
    let search = ValueSearch(storage, ground)
    var faults: [GridFault] = []
    var rest = left
    search.forEachValue { value, leaf in
      guard rest.remove(value.address) != nil, let fault = search.fault(of: value) else { return }
      faults.append(GridFault(fault: fault, referrer: leaf))
    }
    outcome.faults += faults
    left = rest
  }
}
