/// How progress is shown: `--progress`.
public enum ProgressChoice: String, CaseIterable, Sendable {
  /// A bar on a terminal, nothing elsewhere.
  case auto
  /// A compact JSON document a second, wherever standard error goes.
  case json
  case never
}
