internal import MKraftFormat
internal import MKraftStorage

/// How many blocks a batch may need: space for them is reserved in the file before it is prepared (rule R17).
extension KeyValueStateMachine {
  /// An upper bound. A leaf or inner node that is touched is copied once, and split at most three times for nothing (behind its
  /// last entry, then in the middle, then beside an entry of a quarter); each further split has cost an eighth of a block of
  /// new bytes.
  public func blocksNeeded(body: RawSpan, pledged: UInt64) -> UInt64 {
    guard let view = try? KeyValueBatchView(validating: body, bodySizeMax: body.byteCount) else { return 0 }
    var changes: UInt64 = 0
    var events = view.events
    while let event = events.next() { if !event.code.isReadOnly { changes += 1 } }
    let blockBytes = UInt64(grid.geometry.blockSize)
    let height = UInt64(tree.height) + 1
    let forBytes = 8 * UInt64(body.byteCount) / blockBytes + 1
    let leaves = 4 * min(changes, tree.leafCount + pledged + 1) + forBytes
    let inners = 4 * min(changes * height, tree.innerCount + pledged + 1) + forBytes + height
    let valueBlocks = forBytes
    return leaves + inners + valueBlocks
  }
}
