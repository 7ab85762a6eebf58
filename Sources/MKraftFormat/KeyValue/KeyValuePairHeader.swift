/// The fixed part of a pair in a scan's result, as it stands in the bytes.
struct KeyValuePairHeader: BitwiseCopyable {
  let keySize: Int
  let valueSize: Int

  /// Reads the header at `offset`; the caller has checked that it is inside.
  @inline(__always)
  init(_ bytes: RawSpan, at offset: Int) {
    keySize = Int(bytes.load(KeyValueLayout.Pair.keySize, base: offset))
    valueSize = Int(bytes.load(KeyValueLayout.Pair.valueSize, base: offset))
  }

  /// Size of the pair without padding.
  @inline(__always)
  var size: Int { KeyValueBatch.pairHeaderSize + keySize + valueSize }
}
