internal import CXXH3

/// XXH3-128 as the data file uses it (rule R6). It detects accidents; it is no protection against anyone who can choose bytes.
public enum Checksum {
  /// The checksum of `bytes` as a structure of `kind`.
  public static func of(_ bytes: RawSpan, as kind: StructureKind) -> UInt128 {
    of(bytes, seed: kind.seed)
  }

  /// XXH3-128 of `bytes` with any seed; the manual's test vectors are stated for seed 0 too.
  public static func of(_ bytes: RawSpan, seed: UInt64) -> UInt128 {
    RecordedAnswers.checksum(of: bytes, computed: computed(over: bytes, seed: seed))
  }

  /// The same, whatever is recorded of bytes that these stand for.
  public static func computed(over bytes: RawSpan, seed: UInt64) -> UInt128 {
    let hash = unsafe bytes.withUnsafeBytes { buffer in
      unsafe cxxh3_checksum(buffer.baseAddress, buffer.count, seed)
    }
    return UInt128(hash.high) << 64 | UInt128(hash.low)
  }

  /// The checksum of no bytes at all, as a structure of `kind`: what an empty body has.
  public static func ofNothing(as kind: StructureKind) -> UInt128 {
    let hash = cxxh3_checksum(nil, 0, kind.seed)
    return UInt128(hash.high) << 64 | UInt128(hash.low)
  }
}
