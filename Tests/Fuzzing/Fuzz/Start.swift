import Glibc
import MKraftStorage

/// What this process fuzzes; set once, before libFuzzer starts.
nonisolated(unsafe) private var current: (target: FuzzTarget, file: WholeFile)?

/// Hands the named target to libFuzzer.
nonisolated func start() {
  guard let target = environment("MKRAFT_FUZZ_TARGET").flatMap(FuzzTarget.init(rawValue:)) else {
    print("MKRAFT_FUZZ_TARGET: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
    exit(64)
  }
  guard let path = environment("MKRAFT_FUZZ_FILE") else { preconditionFailure("MKRAFT_FUZZ_FILE names a data file") }
  let file = WholeFile(load(path))
  if let directory = environment("MKRAFT_FUZZ_SEEDS") {
    return write(Seeds.of(target, from: file.golden), to: directory)
  }
  unsafe current = (target, file)
  var count = CommandLine.argc
  var arguments = unsafe CommandLine.unsafeArgv
  exit(unsafe runDriver(&count, &arguments, callback))
}

private nonisolated func environment(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

private nonisolated func callback(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe UnsafeBufferPointer(start: bytes, count: count)
  guard let (target, file) = unsafe current else { preconditionFailure("the target is set") }
  target.run(unsafe [UInt8](input), on: file)
  return 0
}

/// Writes inputs to begin with into a directory.
private nonisolated func write(_ seeds: [[UInt8]], to directory: String) {
  for (number, seed) in seeds.enumerated() {
    let file = unsafe open("\(directory)/seed-\(number)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    precondition(unsafe Glibc.write(file, seed, seed.count) == seed.count, "a seed can be written")
    close(file)
  }
}

private nonisolated func load(_ path: String) -> MemoryStorage {
  let file = unsafe open(path, O_RDONLY)
  precondition(file >= 0, "MKRAFT_FUZZ_FILE can be opened")
  defer { close(file) }
  let storage = MemoryStorage()
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  var offset: UInt64 = 0
  while true {
    let count = unsafe read(file, &chunk, chunk.count)
    guard count > 0 else { return storage }
    let buffer = IOBuffer(byteCount: count, alignment: 16)
    buffer.copy(from: chunk.span.extracting(..<count))
    storage.replace(at: offset, with: buffer)
    offset += UInt64(count)
  }
}
