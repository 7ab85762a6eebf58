/// Whether a verification went on where an earlier one had ended.
public enum Resumption: Sendable, Equatable {
  /// Nothing was to be gone on with.
  case none
  /// So many bytes had been accounted for. Parts that do not stand as they were read are read again from their beginning: each
  /// with its reason.
  case continued(byteCount: UInt64, readAgain: [String])
  /// The state is of no use, for this reason: everything was read again.
  case startedOver(String)
}
