internal import MKraftFormat

/// A checkpoint that is being written, beside new operations.
///
///     freeze (one step, behind the checkpoint's op) --> blocks and replies written --> superblock names it
///
/// A block that changes meanwhile gets a new address; a reply is kept here as it was.
struct Checkpoint {
  /// A reply as it was at the checkpoint's op.
  struct Reply {
    let slot: Int
    let header: ReplyHeader
    let body: [UInt8]
  }

  let state: CheckpointState
  /// Replies to be written, in descending order of slots, so that the last is taken next.
  var replies: [Reply]
  var repliesInFlight = 0
  /// Its superblock is being written.
  var isNamed = false
}
