public import MKraftFormat

/// What an operation needs before it can be applied (R23).
public enum Prefetch: Equatable, Sendable {
  /// Everything is cached: apply runs to its end without I/O.
  case ready
  /// These blocks must be read first; then prefetch is asked again.
  case needs([BlockReference])
}
