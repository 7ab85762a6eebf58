/// Why an event was not added to a batch.
public enum KeyValueBatchBuilderError: Error, Equatable, Sendable {
  /// The key has this many bytes; 1 to `KeyValueBatch.keySizeMax` are allowed.
  case keySizeOutOfRange(Int)
  /// The end key of a scan has this many bytes; 1 to `KeyValueBatch.keySizeMax` are allowed.
  case endSizeOutOfRange(Int)
  /// The limit of a scan is zero.
  case limitZero
  /// The event takes `size` bytes, but even an empty batch has room for `sizeMax` only.
  case eventTooLarge(size: Int, sizeMax: Int)
  /// The batch has no room left; the event fits in an empty one.
  case batchFull
}
