internal import MKraftFormat
internal import MKraftStorage

/// What a pass over the file goes by.
extension Verification {
  struct Subject {
    let look: SuperblockLook
    let superblock: Superblock
    /// Set if the superblock is none that stands in the file.
    var assumption: AssumedSuperblock?
    let ground: GridGround
    /// The head that a file in use is judged as of.
    let liveHead: UInt64?
    /// What is known of the leaves from the first block on that is to be read.
    let window: LeafWindow
    /// What was found before: nothing but the tree above its leaves, or what a resumed verification had found.
    let start: ScanWork.Results
  }

  /// What is there before the first piece.
  mutating func begin(_ look: SuperblockLook, _ reference: Reference, isFirst: Bool) -> Subject {
    let superblock = reference.superblock
    let isAssumed = reference.assumption != nil
    let parts = isAssumed ? CheckpointParts() : CheckpointReader(storage, superblock).parts()
    let ground = GridGround(superblock, parts)
    if isAssumed {
      if options.resuming != nil { resumption = Verification.ofNoSuperblock }
    } else if let state = options.resuming, isFirst {
      if let subject = resume(state, look, ground) { return subject }
    } else if options.resuming != nil, !isFirst {
      resumption = .startedOver("the file changed while it was read")
    }
    let liveHead = options.isLive ? LiveHead.find(storage, superblock) : nil
    let (window, walk) = window(ground, from: 1)
    let results = ScanWork.Results(
      tallies: PartTallies(byteCount: byteCount), intake: LogIntake(superblock, look.decision, liveHead: liveHead),
      grid: GridIntake(ground, walk))
    return Subject(
      look: look, superblock: superblock, assumption: reference.assumption, ground: ground, liveHead: liveHead,
      window: window, start: results)
  }

  static var ofNoSuperblock: Resumption { .startedOver("no superblock tells what the state is of") }

  /// What nodes say of the leaves from an address on, as far as a bounded memory holds it.
  func window(_ ground: GridGround, from first: UInt64) -> (LeafWindow, TreeWalk) {
    var window = LeafWindow(from: first, byteCountMax: options.leafByteCountMax)
    var walk = TreeWalk(storage, ground)
    if options.scope.contains(.grid) { walk.run { window.add($0, by: $1, $2, $3) } }
    window.finish()
    return (window, walk)
  }
}
