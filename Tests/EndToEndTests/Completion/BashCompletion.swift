import SystemPackage
import Testing

/// The bash completion of the built tool, asked as bash asks it: its script read into a shell, its function called.
struct BashCompletion {
  /// Where the lines are typed.
  let directory: TemporaryDirectory
  private let script: FilePath
  private let asker: FilePath

  init(in directory: TemporaryDirectory) throws {
    self.directory = directory
    let made = try Run.tool("--generate-completion-script", "bash")
    #expect(made.exit == 0 && made.errors.isEmpty, "\(made)")
    script = try directory.file(".completion.bash", made.output)
    asker = try directory.file(".ask.bash", Array(Self.asking.utf8))
  }

  /// Sets what bash sets before it calls the function that the script named, and prints what the function leaves.
  private static let asking = """
    cd "$1" && PATH=$2:$PATH && source "$3" || exit 1
    shift 3
    set -- mkraft-ctl "$@"
    words=$(complete -p mkraft-ctl)
    function=${words##*-F } function=${function%% *}
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
    "$function" mkraft-ctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done

    """

  /// What is offered for the last of these words after the tool's name, in order.
  func offers(_ words: String...) throws -> [String] { try offers(words) }

  func offers(_ words: [String]) throws -> [String] {
    let tools = Run.builtTool.removingLastComponent()
    let asked = ["/usr/bin/env", "bash", "--norc", asker.string, directory.path.string, tools.string, script.string]
    let run = try ChildProcess(asked + words).finish()
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    return run.outputText.split(separator: "\n").map(String.init).sorted()
  }
}
