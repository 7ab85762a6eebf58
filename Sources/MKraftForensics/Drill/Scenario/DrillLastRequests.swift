internal import MKraftFormat
public import MKraftStorage

/// The last request of each client session that the log still holds, so that it can be sent again: its answer is what the client was
/// told. Memory: a request of each session.
public struct DrillLastRequests: Sendable {
  public struct Request: Sendable, Equatable {
    public let client: UInt128
    public let session: UInt64
    public let number: UInt64
    public let release: UInt32
    public let op: UInt64
    public let body: [UInt8]
  }

  /// In the order of their ops.
  public let requests: [Request]
  /// Sessions whose last request is no longer in the log, or was only their register.
  public let missing: Int

  /// - Parameter report: on the whole of `storage`.
  public init(_ storage: any Storage, _ report: VerificationReport) {
    guard let superblock = report.superblockDecision.chosen, let head = report.journal?.head.op else {
      (requests, missing) = ([], 0)
      return
    }
    let slotCount = UInt64(superblock.geometry.slotCount)
    let headers = LogHeaders(storage, superblock, head: head)
    var last: [UInt128: PrepareHeader] = [:]
    for op in (head > slotCount ? head - slotCount + 1 : 1)..<head + 1 {
      guard let header = headers.header(of: op), header.client != 0 else { continue }
      last[header.client] = header
    }
    let sessions = CheckpointReader(storage, superblock).parts().sessions ?? []
    let clients = Set(last.keys).union(sessions.map(\.client))
    requests = last.values.sorted { $0.op < $1.op }.compactMap { DrillLastRequests.request($0, storage, superblock) }
    missing = clients.count - requests.count
  }

  /// The request that an entry was made from; nil if it cannot be told, byte for byte.
  private static func request(_ header: PrepareHeader, _ storage: any Storage, _ superblock: Superblock) -> Request? {
    guard header.operation == Operation.keyValue.rawValue, header.bodyByteCount > 0 else { return nil }
    let start = superblock.geometry.prepareOffset(slot: superblock.geometry.slot(of: header.op))
    let buffer = IOBuffer(byteCount: Int(header.size))
    guard (try? storage.read(buffer.byteCount, at: start, into: buffer)) == buffer.byteCount else { return nil }
    let body = [UInt8](copying: buffer.bytes.extracting(PrepareHeader.byteCount..<Int(header.size)))
    guard Checksum.of(body.rawSpan, as: .prepareBody) == header.bodyChecksum else { return nil }
    var message = MessageHeader(.request, cluster: superblock.cluster)
    message.client = header.client
    message.release = header.release
    message.operation = header.operation
    message.session = header.session
    message.request = header.request
    message.seal(body: body.rawSpan)
    guard message.checksum == header.requestChecksum else { return nil }
    return Request(
      client: header.client, session: header.session, number: header.request, release: header.release, op: header.op,
      body: body)
  }
}
