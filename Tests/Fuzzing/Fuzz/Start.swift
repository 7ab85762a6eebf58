import Glibc

/// Hands the named target to libFuzzer.
nonisolated func start() {
  guard let target = environment("MKRAFT_FUZZ_TARGET").flatMap(FuzzTarget.init(rawValue:)) else {
    print("MKRAFT_FUZZ_TARGET: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
    exit(64)
  }
  if let directory = environment("MKRAFT_FUZZ_SEEDS") { return Seeds.write(target, to: directory) }
  unsafe FuzzTarget.current = target
  var count = CommandLine.argc
  var arguments = unsafe CommandLine.unsafeArgv
  exit(unsafe runDriver(&count, &arguments, callback))
}

nonisolated func environment(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

private nonisolated func callback(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe UnsafeBufferPointer(start: bytes, count: count)
  unsafe FuzzTarget.current.run([UInt8](input))
  return 0
}
