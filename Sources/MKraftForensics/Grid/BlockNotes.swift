internal import MKraftFormat
internal import MKraftStorage

/// What a run of blocks adds to what is known of the grid.
struct BlockNotes: Sendable {
  /// A damaged block that no reference is known to.
  struct Damaged: Sendable {
    let address: UInt64
    let defect: BlockFault.Defect
  }

  var leafCount: UInt64 = 0
  var pairCount: UInt64 = 0
  /// References in leaves to the blocks of values.
  var references: [(reference: BlockReference, referrer: UInt64)] = []
  /// Blocks of values that stand here, as references would name them.
  var values: [BlockReference] = []
  var faults: [GridFault] = []
  var damaged: [Damaged] = []
  /// A block read differently the second time.
  var hasChanged = false
}
