// MKraftBuildInfo: what was built, for --version. A module of its own, so that a commit changes one line of it and little else
// is built anew. BuildInfoPlugin writes `generatedCommit`.

/// What the tool was built from.
package enum BuildInfo {
  /// The commit that was checked out, perhaps with changes since; "unknown" if git could not tell.
  package static var commit: String { generatedCommit }
}
