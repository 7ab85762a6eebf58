// Tells MKraftBuildInfo which commit it is built from. The manifest cannot: what it learns from git is cached beyond a commit.
import Foundation
import PackagePlugin

@main struct BuildInfoPlugin: BuildToolPlugin {
  /// Asks git before each build and changes the file only if the answer did, so that nothing else is built anew. Without git,
  /// or outside a repository of the package's own, the answer is "unknown"; the build never fails for it.
  private static let script = """
    commit=unknown
    if [ -e "$1/.git" ]; then
      commit=$(git -C "$1" describe --always --abbrev=40 --dirty --exclude='*' 2>/dev/null) || commit=unknown
    fi
    line="let generatedCommit = \\"$commit\\""
    mkdir -p "$2" && { [ "$(cat "$2/Commit.swift" 2>/dev/null)" = "$line" ] || printf '%s\\n' "$line" > "$2/Commit.swift"; }
    """

  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let output = context.pluginWorkDirectoryURL
    return [
      .prebuildCommand(
        displayName: "Asking git for the commit", executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: ["-c", Self.script, "sh", context.package.directoryURL.path, output.path],
        outputFilesDirectory: output)
    ]
  }
}
