/// What is fuzzed.
enum FuzzTarget: String, CaseIterable {
  case superblock, prepare, reply, block, session, batch, results, message, framing, file

  /// Set once, before libFuzzer starts.
  nonisolated(unsafe) static var current = FuzzTarget.superblock

  /// Runs the target on one input. Whatever the bytes are, it comes back.
  func run(_ input: [UInt8]) {
    switch self {
    case .superblock: Decoders.superblock(input)
    case .prepare: Decoders.prepare(input)
    case .reply: Decoders.reply(input)
    case .block: Decoders.block(input)
    case .session: Decoders.session(input)
    case .batch: Decoders.batch(input)
    case .results: Decoders.results(input)
    case .message: Decoders.message(input)
    case .framing: Framing.run(input)
    case .file: WholeFile.run(input)
    }
  }
}
