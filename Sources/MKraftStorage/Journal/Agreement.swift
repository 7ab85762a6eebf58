/// How the rings compare when both hold an entry of the expected op.
public enum Agreement: UInt8, Sendable, CaseIterable {
  /// Not both do.
  case notApplicable
  case same
  case different
}
