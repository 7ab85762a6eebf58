// mkraft-ctl: parse, call, render. No knowledge of bytes.
//
// A command is a `Command`: it gets a `Console`, writes its result there, and returns the exit code that its findings make,
// or throws a `Failure`. Everything else about output and exit codes is in Console/.

internal import Glibc
internal import MKraftOutput

ignoreBrokenPipes()
// A file that grows beyond the limit of its size is an error with a name, like a full disk.
_ = signal(SIGXFSZ, SIG_IGN)
exit(Tool.perform(Array(CommandLine.arguments.dropFirst())).number)
