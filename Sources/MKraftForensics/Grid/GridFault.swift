internal import MKraftStorage

/// What is wrong with a block that the tree needs, and who says so.
struct GridFault: Sendable {
  let fault: CheckpointAudit.Fault
  /// The block that refers to it; nil if the superblock does.
  let referrer: UInt64?

  var address: UInt64 { fault.address }
}
