// fixture-maker DIRECTORY: writes every fixture there as a plain file, the same bytes on every machine and for ever.
//
// Sound files are made by the formatter and a real replica on a simulated device, with fixed ids, clock and seeds (SampleReplica).
// They are then damaged by name (Fixture+*.swift). What each must be judged as is not written here but in fixtures/README.md,
// so that no code is its own witness.

internal import Glibc
internal import MKraftStorage
internal import SystemPackage

guard CommandLine.arguments.count == 2 else {
  try FileDescriptor.standardError.writeAll("usage: fixture-maker DIRECTORY\n".utf8)
  exit(64)
}
let directory = FilePath(CommandLine.arguments[1])
for fixture in Fixture.all {
  try fixture.make().save(to: directory.appending(fixture.name + ".mkraft"))
}
