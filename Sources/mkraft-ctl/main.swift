// mkraft-ctl: parse, call, render. No knowledge of bytes.
//
// A command is a `Command`: it gets a `Console`, writes its result there, and returns the exit code that its findings make,
// or throws a `Failure`. Everything else about output and exit codes is in Console/.

internal import Glibc
internal import MKraftOutput

ignoreBrokenPipes()
// A file that grows beyond the limit of its size is an error with a name, like a full disk.
_ = signal(SIGXFSZ, SIG_IGN)
letQuitEnd()
exit(Tool.perform(Array(CommandLine.arguments.dropFirst())).number)

/// SIGQUIT ends the process, as it does any. Swift's runtime takes it for a crash, says so, and the process goes on.
private func letQuitEnd() {
  var action = sigaction()
  unsafe sigaction(SIGQUIT, nil, &action)
  // A shell has its background jobs ignore it.
  let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  guard unsafe handler != unsafeBitCast(SIG_IGN, to: Int.self) else { return }
  _ = signal(SIGQUIT, SIG_DFL)
}
