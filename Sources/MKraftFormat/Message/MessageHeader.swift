/// The 256-byte header of a message on the wire. The body follows it at once.
public struct MessageHeader: Sendable, BitwiseCopyable {
  public static let byteCount = 256
  public static let sizeLimit = PrepareHeader.sizeLimit
  /// `leader` when none is known.
  public static let noReplica: UInt8 = 255

  /// XXH3-128 of bytes 16 to 255, seeded as message. Set by `seal()`.
  public var checksum: UInt128 = 0
  public var bodyChecksum: UInt128 = 0
  /// The cluster; 0 in a `ping-client` that does not know it yet.
  public var cluster: UInt128 = 0
  public var client: UInt128 = 0
  /// Of a reply or refusal: checksum of the request's header that it answers.
  public var requestChecksum: UInt128 = 0
  public var term: UInt64 = 0
  /// Of a reply: op of the entry. Of a pong: head of the log.
  public var op: UInt64 = 0
  /// Highest committed op the sender knows.
  public var commit: UInt64 = 0
  public var session: UInt64 = 0
  public var request: UInt64 = 0
  /// Of a ping: any number; the pong carries it back.
  public var echo: UInt64 = 0
  /// Of a reply: timestamp of the entry. Of a pong: the sender's clock. Nanoseconds since 1970.
  public var timestamp: UInt64 = 0
  /// Header and body, bytes.
  public var size: UInt32 = UInt32(MessageHeader.byteCount)
  public var release: UInt32 = 0
  /// Of a pong: message_size of the replica's geometry, the largest message it takes.
  public var messageSize: UInt32 = 0
  public var command: Command = .pingClient
  /// Of a request or reply: an `Operation`. Of a pong: the sender's role, 0 follower, 1 candidate, 2 leader.
  public var operation: UInt8 = 0
  /// Of a refusal: a `Refusal`; else 0.
  public var status: UInt8 = 0
  /// Index of the sending replica.
  public var replica: UInt8 = 0
  /// Index of the leader as the sender knows it.
  public var leader: UInt8 = MessageHeader.noReplica

  public init() {}

  public init(_ command: Command, cluster: UInt128) {
    self.command = command
    self.cluster = cluster
    bodyChecksum = Checksum.ofNothing(as: .messageBody)
  }

  public var bodyByteCount: Int { Int(size) - MessageHeader.byteCount }
}

/// Why bytes are not a message: the connection they came on is closed.
public enum MessageDefect: Error, Sendable, Equatable {
  case kindMismatch(UInt8)
  case versionUnknown(UInt16)
  case checksumMismatch
  case bodyChecksumMismatch
  case commandUnknown(UInt8)
  case violates(Invariant)

  public var name: String {
    switch self {
    case .kindMismatch: "kind-mismatch"
    case .versionUnknown: "version-unknown"
    case .checksumMismatch: "checksum-mismatch"
    case .bodyChecksumMismatch: "body-checksum-mismatch"
    case .commandUnknown: "command-unknown"
    case .violates(let invariant): invariant.name
    }
  }
}
