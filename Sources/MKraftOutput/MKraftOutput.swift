// MKraftOutput: how results reach people and scripts (design sections 7 and 8). Byte sinks, JSON and the shapes that its published
// schema states, tables, colour, progress, units, exit codes, diagnostics. It knows nothing of the data file, so that commands
// only parse, call and render.
//
// Everything here is for one thread: a sink and what writes to it are used from the thread that made them.

import Glibc

/// Makes a write to a pipe without a reader fail with EPIPE instead of killing the process, so that a closed pipe is a
/// quiet end that a `ByteSink` remembers. The executable calls this once, before anything else.
public func ignoreBrokenPipes() {
  _ = signal(SIGPIPE, SIG_IGN)
}
