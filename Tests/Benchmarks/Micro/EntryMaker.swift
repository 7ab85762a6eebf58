internal import MKraftFormat

/// Makes the headers of a log's entries as a replica does, each linked to the one before.
struct EntryMaker {
  static let cluster: UInt128 = 0xC1

  private(set) var head = PrepareHeader.root(cluster: cluster)

  mutating func next(body: RawSpan) -> PrepareHeader {
    var header = PrepareHeader()
    header.cluster = EntryMaker.cluster
    header.parent = head.checksum
    header.requestChecksum = 0x5EED
    header.checkpointID = 0xC4EC
    header.client = 0xC11E
    header.term = 1
    header.op = head.op + 1
    header.commit = head.op
    header.timestamp = head.timestamp + 1
    header.session = 1
    header.request = head.request + 1
    header.size = UInt32(PrepareHeader.byteCount + body.byteCount)
    header.release = FormatVersion.release
    header.operation = Operation.keyValue.rawValue
    header.bodyChecksum = Checksum.of(body, as: .prepareBody)
    header.seal()
    head = header
    return header
  }
}
