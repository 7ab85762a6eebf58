internal import Glibc

extension RawSpan {
  /// Whether the span begins with all bytes of another one.
  package func starts(with other: RawSpan) -> Bool {
    guard other.byteCount <= byteCount else { return false }
    return unsafe withUnsafeBytes { bytes in
      unsafe other.withUnsafeBytes { others in
        guard let first = bytes.baseAddress, let second = others.baseAddress else { return true }
        return unsafe memcmp(first, second, others.count) == 0
      }
    }
  }
}
