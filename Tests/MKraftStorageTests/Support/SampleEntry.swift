import MKraftFormat
import MKraftStorage

/// An entry of a sample log: its header, and the bytes of its slot in the prepare ring.
struct SampleEntry {
  let header: PrepareHeader
  let image: IOBuffer

  init(
    after parent: PrepareHeader, term: UInt64, commit: UInt64? = nil, body: [UInt8] = [],
    operation: Operation = .keyValue, ids: CheckpointIDs? = nil
  ) {
    var header = PrepareHeader()
    header.cluster = parent.cluster
    header.parent = parent.checksum
    header.term = term
    header.op = parent.op + 1
    header.checkpointID = ids?[header.op] ?? 0
    header.commit = commit ?? parent.commit
    header.timestamp = parent.timestamp + 1
    header.operation = operation.rawValue
    header.size = UInt32(PrepareHeader.byteCount + body.count)
    let unit = Int(SampleFile.geometry.ioUnit)
    image = IOBuffer(byteCount: (Int(header.size) + unit - 1) / unit * unit)
    image.copy(from: body.span, at: PrepareHeader.byteCount)
    let buffer = image
    header.bodyChecksum = Checksum.of(
      buffer.bytes.extracting(PrepareHeader.byteCount..<Int(header.size)), as: .prepareBody)
    header.seal()
    self.header = header
    var bytes = image.mutableBytes
    header.encode(into: &bytes)
  }

  /// A chain of `count` entries after `parent`, each committed up to `lag` ops before it. Above a checkpoint `ids` tells what they
  /// name.
  static func chain(
    after parent: PrepareHeader, count: Int, term: UInt64, lag: UInt64 = 8, ids: CheckpointIDs? = nil
  ) -> [SampleEntry] {
    var entries: [SampleEntry] = []
    var last = parent
    for index in 0..<count {
      let op = last.op + 1
      let entry = SampleEntry(
        after: last, term: term, commit: max(last.commit, op > lag ? op - lag : 0), body: pattern(index % 3 * 700),
        ids: ids)
      entries.append(entry)
      last = entry.header
    }
    return entries
  }
}
