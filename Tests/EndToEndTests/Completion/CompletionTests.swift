import MKraftForensics
import MKraftOutput
import SystemPackage
import Testing

/// The completion scripts that the tool makes for the shells.
@Suite struct CompletionTests {
  private static let shells = ["bash", "zsh", "fish"]

  private static func script(_ shell: String) throws -> [UInt8] {
    let run = try Run.tool("--generate-completion-script", shell)
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    return run.output
  }

  // MARK: Every shell

  /// A shell that this machine has reads its script without complaint; bash it must have.
  @Test(arguments: shells) func theShellReadsIt(_ shell: String) throws {
    let directory = try TemporaryDirectory()
    let script = try directory.file("script", Self.script(shell))
    let check = #"command -v "$1" > /dev/null || exit 3; exec "$1" -n "$2""#
    let run = try Run.shell(check, [shell, script.string])
    #expect(run.exit == 0 && run.errors.isEmpty || run.exit == 3 && shell != "bash", "\(run)")
  }

  /// Each command of the tool has a part of its own, in the form that the shell's script gives it.
  @Test(arguments: shells) func everyCommandHasAPart(_ shell: String) throws {
    let text = String(decoding: try Self.script(shell), as: UTF8.self)
    let paths = try Self.commandPaths()
    #expect(paths.contains(["recover", "plan"]) && paths.contains(["verify-checksums"]) && paths.count > 30)
    for path in paths {
      let words = ["mkraft-ctl"] + path
      let part =
        shell == "fish" ? "\"\(words.joined(separator: " "))\"" : "\n_" + words.joined(separator: "_") + "() {\n"
      #expect(text.contains(part), "\(path)")
    }
  }

  /// The words that name each command, those that only lead to others too.
  private static func commandPaths() throws -> [[String]] {
    let run = try Run.tool("--experimental-dump-help")
    let root = try #require(try JSONNode.documents(run.outputText).first?["command"])
    return paths(below: root, [])
  }

  private static func paths(below command: JSONNode, _ path: [String]) -> [[String]] {
    (command["subcommands"]?.elements ?? []).flatMap { one -> [[String]] in
      guard let name = one["commandName"]?.text, name != "help" else { return [] }
      return [path + [name]] + paths(below: one, path + [name])
    }
  }

  // MARK: bash

  /// A directory with a file, one with a space in its name, and one in a directory.
  private func bash() throws -> BashCompletion {
    let directory = try TemporaryDirectory()
    _ = try directory.file("r0.mkraft")
    _ = try directory.file("r0 old.mkraft")
    return try BashCompletion(in: directory)
  }

  @Test func commands() throws {
    let bash = try bash()
    #expect(try bash.offers("st") == ["start", "status"])
    #expect(try bash.offers("--output", "json", "verify") == ["verify-checksums"])
    #expect(try Set(bash.offers("recover", "")).isSuperset(of: ["apply", "collect", "plan", "verify"]))
    #expect(try bash.offers("recover", "p") == ["plan"])
    #expect(try bash.offers("benchmark", "wa") == ["wal"])
    #expect(try bash.offers("kv", "s") == ["scan"])
  }

  @Test func options() throws {
    let bash = try bash()
    #expect(try bash.offers("benchmark", "wal", "--s") == ["--scratch", "--space"])
    #expect(try bash.offers("recover", "apply", "p", "--acc") == ["--accept-loss"])
    #expect(try bash.offers("verify-checksums", "--quiet", "--qu") == [], "given already")
  }

  @Test func files() throws {
    let bash = try bash()
    let both = ["r0 old.mkraft", "r0.mkraft"]
    #expect(try bash.offers("status", "r") == both)
    #expect(try bash.offers("verify-checksums", "x", "y", "r") == both)
    #expect(try bash.offers("repair", "plan", "x", "--backup", "r") == both)
    for option in [
      ["repair", "plan", "x", "--to"], ["repair", "apply", "x", "--to"], ["repair", "apply", "x", "--undo"],
      ["repair", "undo", "x", "--undo"], ["repair", "verify", "x", "--file"], ["recover", "plan", "x", "--to"],
      ["recover", "apply", "x", "--to"], ["image", "x", "--to"], ["drill", "--as-single"], ["status", "--like"],
    ] {
      #expect(try bash.offers(option + ["r0."]) == ["r0.mkraft"], "\(option)")
    }
  }

  @Test func directories() throws {
    let bash = try bash()
    let made = try Run.shell(#"mkdir "$1""#, [bash.directory["r1"].string])
    #expect(made.exit == 0, "\(made)")
    #expect(try bash.offers("drill", "--scratch", "r") == ["r1"])
    #expect(try bash.offers("benchmark", "superblock", "--scratch", "r") == ["r1"])
  }

  @Test func valuesOfOptions() throws {
    let bash = try bash()
    #expect(try bash.offers("status", "--output", "") == OutputFormat.allCases.map(\.rawValue).sorted())
    #expect(try bash.offers("start", "x", "--io", "t") == ["threads"])
    #expect(try bash.offers("format", "x", "--cluster", "") == ["random"])
    #expect(try bash.offers("inspect-superblock", "x", "--copy", "") == ["0", "1", "2", "3", "all"])
    #expect(try bash.offers("hexdump", "x", "--superblock", "") == ["0", "1", "2", "3"])
    #expect(try bash.offers("verify-checksums", "x", "--zone", "") == VerificationScope.allNames.sorted())
    #expect(try bash.offers("dump-wal", "x", "--state", "") == LogFilter.states.sorted())
    #expect(try bash.offers("dump-wal", "x", "--operation", "no") == ["noop"])
    #expect(try bash.offers("drill", "--scenario", "") == (DrillScenario.allCases.map(\.name) + ["all"]).sorted())
    let risky = RepairMethod.allCases.filter { $0.risk != .safe }.map(\.name)
    #expect(try bash.offers("repair", "plan", "x", "--allow", "") == risky.sorted())
  }

  @Test func findingsAndFilesToExplain() throws {
    let bash = try bash()
    let made = try Run.shell(#"mkdir "$1" && : > "$1/in.mkraft""#, [bash.directory["r1"].string])
    #expect(made.exit == 0, "\(made)")
    let findings = FindingCatalogue.entries.map(\.name)
    #expect(try bash.offers("explain", "") == (findings + ["r0.mkraft", "r1/"]).sorted())
    #expect(try bash.offers("explain", "wal-") == findings.filter { $0.hasPrefix("wal-") }.sorted())
    #expect(try bash.offers("explain", "r1/") == ["r1/in.mkraft"])
    #expect(try bash.offers("explain", "\(bash.directory.path.string)/r0") == [bash.directory["r0.mkraft"].string])
    _ = try Run.shell(#"rm -r "$1""#, [bash.directory["r1"].string])
  }

  /// bash expands the words that a tool offers: a file's name must not be run by pressing a key.
  @Test func aNameIsNoCommand() throws {
    let bash = try bash()
    for name in ["$(touch ran)", "`touch ran`", "r0$HOME", "~root"] { _ = try bash.directory.file(name) }
    #expect(try bash.offers("explain", "r0") == ["r0.mkraft"])
    #expect(try bash.offers("explain", "") == (FindingCatalogue.entries.map(\.name) + ["r0.mkraft"]).sorted())
    #expect(try bash.offers("status", "$").count <= 1)
    #expect(!bash.directory.names.contains("ran"))
  }
}
