internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput

/// What a verification may cost, over all files.
struct LimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Bytes read a second, at most: 50M, 1G.", valueName: "rate"))
  var maxReadRate: RateArgument?

  @Option(help: ArgumentHelp("Time it may take: 90, 30s, 10m, 2h. Then it ends with exit 12.", valueName: "time"))
  var maxTime: SpanArgument?

  @Option(help: ArgumentHelp("Bytes read of all files together: 10G. Then it ends with exit 12.", valueName: "bytes"))
  var maxBytes: ByteCount?

  func validate() throws {
    guard maxTime?.nanoseconds == 0 else { return }
    throw ValidationError("--max-time: there must be some time")
  }

  var limits: ScanLimits {
    ScanLimits(readRate: maxReadRate?.bytesPerSecond, time: maxTime?.duration, byteCount: maxBytes?.bytes)
  }
}
