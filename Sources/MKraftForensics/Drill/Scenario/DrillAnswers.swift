package import MKraftFormat

/// All that a replica answered: every key with its value, and the stored reply of every session whose last request is known. Two of
/// them tell what one replica knows and the other does not. Memory: a key and a checksum for each 1024 keys.
package struct DrillAnswers: Sendable, Equatable {
  /// A run of pairs, in the order of their keys.
  struct Run: Sendable, Equatable {
    let first: [UInt8]
    /// Of all keys and values in it.
    let checksum: UInt128
  }

  /// What a session's last request, sent again, was answered with.
  package struct Reply: Sendable, Equatable {
    package enum Answer: Sendable, Equatable {
      /// The op of its entry, and the checksum of the results.
      case results(op: UInt64, checksum: UInt128)
      case refused(reason: String)
    }

    package let client: UInt128
    package let answer: Answer

    package init(client: UInt128, answer: Answer) {
      self.client = client
      self.answer = answer
    }
  }

  /// Pairs in a run.
  static let runLength: UInt64 = 1024

  package private(set) var pairCount: UInt64 = 0
  package private(set) var replies: [Reply] = []
  private var runs: [Run] = []
  private var isRunOpen = false

  package init() {}

  /// Takes down the next pair; they come in the order of their keys.
  package mutating func add(_ pair: KeyValuePair) {
    if !isRunOpen { runs.append(Run(first: pair.key, checksum: 0)) }
    let run = runs[runs.count - 1]
    runs[runs.count - 1] = Run(first: run.first, checksum: DrillAnswers.checksum(of: pair, after: run.checksum))
    pairCount += 1
    isRunOpen = pairCount % DrillAnswers.runLength != 0
  }

  package mutating func add(_ reply: Reply) { replies.append(reply) }

  /// Of everything so far: checksum, length of the key, key, value.
  private static func checksum(of pair: KeyValuePair, after last: UInt128) -> UInt128 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24 + pair.key.count + pair.value.count)
    for shift in stride(from: UInt128(0), to: 128, by: 8) { bytes.append(UInt8(truncatingIfNeeded: last >> shift)) }
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: pair.key.count >> shift)) }
    bytes += pair.key
    bytes += pair.value
    return Checksum.of(bytes.rawSpan, seed: 0)
  }

  /// In what `other` does not answer as this one does, one line each; empty if it does.
  package func differences(in other: DrillAnswers) -> [String] {
    var found: [String] = []
    if other.pairCount != pairCount { found.append("\(other.pairCount) keys, where \(pairCount) were") }
    let differing = zip(runs, other.runs).first { $0.0 != $0.1 }?.0
    if let run = differing {
      let first = String(decoding: run.first.prefix(64), as: UTF8.self)
      found.append("other keys or values from key \(first) on, within \(DrillAnswers.runLength) keys")
    }
    for (index, reply) in replies.enumerated() {
      let theirs = index < other.replies.count ? other.replies[index] : nil
      guard theirs != reply else { continue }
      found.append(
        "client \(reply.client.hex) was answered \(reply.answer.words); now \(theirs?.answer.words ?? "not at all")")
    }
    return found
  }
}

extension DrillAnswers.Reply.Answer {
  fileprivate var words: String {
    switch self {
    case .results(let op, let checksum): "with op \(op), results \(checksum.hex)"
    case .refused(let reason): "that it was refused: \(reason)"
    }
  }
}
