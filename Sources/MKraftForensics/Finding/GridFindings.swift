internal import MKraftFormat
internal import MKraftStorage

/// What there is to say of the grid: faults of the checkpoint's own blocks, of the tree's, and of those that nothing needs.
struct GridFindings {
  private let ground: GridGround

  init(_ ground: GridGround) { self.ground = ground }

  // MARK: The checkpoint's own blocks

  func addCheckpoint(to log: inout FindingLog) {
    for fault in ground.parts.faults { log.add(finding(for: fault)) }
  }

  private func finding(for fault: CheckpointFault) -> Finding {
    switch fault.defect {
    case .block(let block):
      return make(.checkpointDamaged, block, "it belongs to the checkpoint's \(fault.chain.words); ")
    case .violates(let invariant, let address):
      return make(
        .checkpointInconsistent, address, .text(invariant.name),
        "in the checkpoint's \(fault.chain.words) \(invariant.name) is broken: \(invariant.statement)")
    }
  }

  // MARK: The tree

  func finding(for fault: GridFault) -> Finding {
    finding(for: fault, fault.referrer.map { "block \($0) refers to it; " } ?? "the superblock refers to it; ")
  }

  /// A damaged block of a value that the entry of `op` replaces or removes before anything reads it.
  func finding(for fault: GridFault, replacedBy op: UInt64) -> Finding {
    let found = finding(for: fault)
    return Finding(
      .blockReplacedDamaged, zone: found.zone, op: op, block: found.block, range: found.range,
      expected: found.expected, actual: found.actual,
      evidence: found.evidence + "; op \(op) of the log replaces or removes the value before anything reads it")
  }

  /// A block that was read and is not the one that is referred to.
  func finding(for fault: BlockFault) -> Finding { make(kind(of: fault), fault, "") }

  func finding(for fault: GridFault, _ referrer: String) -> Finding {
    switch fault.fault {
    case .block(let block): return make(kind(of: block), block, referrer)
    case .violates(.setsDisjoint, let address):
      return make(.treeInconsistent, address, .text(Invariant.setsDisjoint.name), referrer + reasonNotOfTree(address))
    case .violates(.treeCounts, let address):
      return make(
        .treeInconsistent, address, .text(Invariant.treeCounts.name),
        "\(Invariant.treeCounts.name) is broken: \(Invariant.treeCounts.statement)")
    case .violates(let invariant, let address):
      return make(
        .blockInconsistent, address, .text(invariant.name),
        referrer + "its checksum is right, but \(invariant.name) is broken: \(invariant.statement)")
    }
  }

  /// A whole block in the wrong place was written or read wrongly; contents that contradict themselves under a right checksum were
  /// written so; anything else is damage.
  private func kind(of fault: BlockFault) -> FindingKind {
    switch fault.defect {
    case .otherContents, .header(.violates(.blockAddress)), .header(.violates(.blockCluster)): .blockUnexpected
    case .header(.violates): .blockInconsistent
    case .header, .unreadable, .beyondEnd: .blockCorrupt
    }
  }

  private func reasonNotOfTree(_ address: UInt64) -> String {
    guard address > 0, address <= ground.blockCount else { return "the grid ends at block \(ground.blockCount)" }
    switch ground.use(of: address) {
    case .free: return "the set of acquired blocks does not hold it"
    case .released: return "the set of released blocks holds it"
    case .trailer: return "the checkpoint's sets or sessions lie in it"
    case .tree, .unknown: return "something else refers to it too"
    }
  }

  /// What must hold of the tree as a whole, when every block of it was read.
  func addWhole(_ intake: GridIntake, to log: inout FindingLog) {
    let state = ground.superblock.checkpoint
    let counts = TreeCounts(state, intake)
    if !counts.wrong.isEmpty {
      log.add(
        make(
          .treeMiscounted, state.treeRoot.address, .text(Invariant.treeCounts.name),
          "the tree has \(counts.words); \(counts.consequences)"))
    }
    guard ground.parts.faults.isEmpty, let acquired = ground.parts.acquired else { return }
    var first: UInt64?
    var count = 0
    for address in 1..<acquired.highest + 1 {
      guard ground.use(of: address) == .tree, !intake.reachable.contains(address) else { continue }
      first = first ?? address
      count += 1
    }
    guard let first else { return }
    log.add(
      make(
        .treeMiscounted, first, .text(Invariant.setsDisjoint.name),
        "\(count) acquired \(count == 1 ? "block is" : "blocks are") neither released nor reached from the tree's root; "
          + "this is the first"))
  }

  // MARK: Damaged blocks that no reference is known to

  /// - Parameters:
  ///   - reported: blocks that a fault was found of.
  ///   - isTreeWhole: whether all that the tree reaches is known.
  ///   - isRead: whether all of the grid was read.
  ///   - mayBeReused: whether released blocks may have become free since the checkpoint.
  func finding(
    for damaged: BlockNotes.Damaged, _ intake: GridIntake, reported: BlockSet, isTreeWhole: Bool,
    isRead: Bool, mayBeReused: Bool
  ) -> Finding? {
    let address = damaged.address
    guard !reported.contains(address) else { return nil }
    let fault = BlockFault(address: address, expected: 0, defect: damaged.defect)
    switch ground.use(of: address) {
    case .free, .unknown: return nil
    case .trailer: return make(.checkpointDamaged, fault, "it belongs to the checkpoint; ")
    case .released: return dropped(damaged, "the set of released blocks holds it; ", mayBeReused: mayBeReused)
    case .tree:
      if intake.reachable.contains(address) { return make(.blockCorrupt, fault, "a block refers to it; ") }
      guard isRead else {
        return make(.blockCorrupt, fault, "it is in use; what refers to it was not read yet; ")
      }
      guard isTreeWhole else {
        return make(
          .blockUnknown, fault, "the set of acquired blocks holds it, and nothing that can be read refers to it; ")
      }
      return dropped(damaged, "it is in use, and the tree does not reach it; ", mayBeReused: mayBeReused)
    }
  }

  /// A block that the checkpoint does not need any more.
  private func dropped(_ damaged: BlockNotes.Damaged, _ before: String, mayBeReused: Bool) -> Finding? {
    switch damaged.defect {
    // That the file was cut is said once.
    case .beyondEnd: return nil
    case .header, .otherContents, .unreadable: break
    }
    let fault = BlockFault(address: damaged.address, expected: 0, defect: damaged.defect)
    return make(mayBeReused ? .blockLeftover : .blockUnusedDamaged, fault, before)
  }

  // MARK: Making

  private func make(_ kind: FindingKind, _ fault: BlockFault, _ before: String) -> Finding {
    var finding = make(kind, fault.address, nil, before + fault.words)
    if fault.expected != 0 { finding.expected = .checksum(fault.expected) }
    finding.actual = fault.actual
    return finding.with(cause: fault.likelyCause)
  }

  private func make(_ kind: FindingKind, _ address: UInt64, _ actual: Finding.Value?, _ evidence: String) -> Finding {
    let isPlace = address > 0 && address <= ground.geometry.gridBlocksMax
    return Finding(
      kind, zone: .grid, block: address > 0 ? address : nil, range: isPlace ? ground.range(of: address) : nil,
      actual: actual, evidence: evidence)
  }
}

extension CheckpointFault.Chain {
  /// What lies in it.
  var words: String {
    switch self {
    case .acquired: "set of acquired blocks"
    case .released: "set of released blocks"
    case .sessions: "table of sessions"
    case .tree: "account of its tree"
    }
  }
}

extension BlockFault {
  /// What is wrong, for an operator.
  var words: String {
    switch defect {
    case .header(let defect): defect.words
    case .otherContents: "a whole block of this place stands there, but not the one that is referred to"
    case .unreadable(let error): error.cause.description
    case .beyondEnd: "the file ends before it does"
    }
  }

  /// The checksum of what stands there.
  var actual: Finding.Value? {
    switch defect {
    case .header(.checksumMismatch(_, let computed)): .checksum(computed)
    case .otherContents(let found): .checksum(found)
    case .header, .unreadable, .beyondEnd: nil
    }
  }

  /// What the damage tells of its cause; nil if it tells nothing beyond what its kind does.
  var likelyCause: String? {
    switch defect {
    case .otherContents: "a lost write: what stands here is of another time"
    case .header(.violates(.blockAddress)): "a misdirected write or read: what stands here belongs in another place"
    case .header(.violates(.blockCluster)): "parts of a file of another cluster"
    case .header(.violates): "a fault of the software that wrote it: the checksum is right, the contents are not"
    case .header(.allZero): "a discarded or never written extent: every byte is zero"
    case .header: nil
    case .unreadable: "a latent sector error"
    case .beyondEnd: "the file was cut short"
    }
  }
}
