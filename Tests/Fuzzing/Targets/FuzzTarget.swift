/// What is fuzzed.
enum FuzzTarget: String, CaseIterable, Sendable {
  case superblock, prepare, reply, block, session, batch, results, message, framing, file

  /// Runs the target on one input. Whatever the bytes are, it comes back, and says whether they were taken for right.
  @discardableResult
  func run(_ input: [UInt8], on file: WholeFile) -> Bool {
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
    case .file: file.run(input)
    }
  }
}
