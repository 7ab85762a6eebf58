// Tells MKraftBuildInfo which commit it is built from. The manifest cannot: what it learns from git is cached beyond a commit.
import Foundation
import PackagePlugin

@main struct BuildInfoPlugin: BuildToolPlugin {
  /// Without git, or outside a repository of the package's own, the answer is "unknown"; the build never fails for it.
  private static let script = """
    commit=
    if [ -e "$1/.git" ]; then commit=$(git -C "$1" rev-parse --verify HEAD 2>/dev/null); fi
    printf 'let generatedCommit = "%s"\\n' "${commit:-unknown}" > "$2"
    """

  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let package = context.package.directoryURL
    let output = context.pluginWorkDirectoryURL.appending(path: "Commit.swift")
    return [
      .buildCommand(
        displayName: "Asking git for the commit", executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: ["-c", Self.script, "sh", package.path, output.path],
        inputFiles: headLog(of: package), outputFiles: [output])
    ]
  }

  /// The file that git appends to whenever HEAD moves: only then is git asked again.
  private func headLog(of package: URL) -> [URL] {
    var git = package.appending(path: ".git")
    // In a further worktree it is a file that names the directory.
    if let link = try? String(contentsOf: git, encoding: .utf8), link.hasPrefix("gitdir: ") {
      git = URL(fileURLWithPath: link.dropFirst(8).trimmingCharacters(in: .newlines), relativeTo: package)
    }
    let log = git.appending(path: "logs/HEAD")
    return FileManager.default.fileExists(atPath: log.path) ? [log] : []
  }
}
