/// One pair of a scan's result: a view of its bytes.
public struct KeyValuePairView: ~Escapable {
  /// The key, 1 to `KeyValueBatch.keySizeMax` bytes.
  public let key: RawSpan
  /// The value.
  public let value: RawSpan

  @_lifetime(copy key, copy value)
  init(key: RawSpan, value: RawSpan) {
    self.key = key
    self.value = value
  }
}
