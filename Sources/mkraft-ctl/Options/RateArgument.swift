internal import ArgumentParser
internal import MKraftOutput

/// Bytes a second on the command line: `50M`, `50MiB`, `50M/s`.
struct RateArgument: ExpressibleByArgument {
  let bytesPerSecond: UInt64

  init?(argument: String) {
    let size = argument.hasSuffix("/s") ? String(argument.dropLast(2)) : argument
    guard let count = ByteCount(size), count.bytes > 0 else { return nil }
    bytesPerSecond = count.bytes
  }
}
