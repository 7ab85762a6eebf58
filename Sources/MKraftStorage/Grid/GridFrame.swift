/// A place of the cache that holds one block.
struct GridFrame {
  let buffer: IOBuffer
  /// The block it holds; 0 if none.
  var address: UInt64 = 0
  /// Number of the checkpoint interval in which the block got its address.
  var birth: UInt64 = 0
  /// Its contents are not in the block's place on disk, nor on the way there.
  var isModified = false
  /// A copy of it, or of what had the address before it, is being written to the block's place.
  var isWriting = false
  /// It is being read, and there is nothing to see yet.
  var isLoading = false
  /// It waits to be written for the checkpoint, and does not change before it is.
  var isFrozen = false
  /// What it holds was checked by whoever uses it.
  var isValidated = false
  /// The step that used it last: it stays in the cache until the next.
  var step: UInt64 = 0
  /// Frame of the node above, known while this block is modified; for the tree.
  var parent = -1
  /// Neighbours in the order of use.
  var older = -1
  var newer = -1
}
