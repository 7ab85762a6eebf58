internal import Glibc
internal import MKraftOutput

extension ExitCode {
  /// What a command exits with that a signal has asked to end.
  init(signal number: Int32) { self = number == SIGTERM ? .terminated : .interrupted }
}
