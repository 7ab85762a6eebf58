import MKraftFormat
import MKraftStorage

/// Compares a checkpoint on a device with what the log leads to: every block, every pair, every session, every reply.
enum CheckpointCheck {
  /// What is wrong; nil if nothing is.
  static func run(_ superblock: Superblock, _ log: LogModel, on storage: MemoryStorage) -> String? {
    let state = superblock.checkpoint
    let name = "the checkpoint of op \(state.op)"
    guard state.op <= log.head, log[state.op].header == state.header else { return "\(name) is of another log" }
    do throws(CheckpointFault) {
      let contents = try CheckpointReader(storage, superblock).read()
      let audit = CheckpointAudit.run(storage, superblock, contents)
      guard audit.faultCount == 0 else { return "\(name): \(audit.faults)" }
      let entry = log[state.op]
      var pairs = Fingerprint()
      if state.treeHeight > 0 { add(state.treeRoot, superblock, storage, to: &pairs) }
      guard pairs == entry.pairs else { return "\(name) holds other pairs than the model" }
      guard contents.sessions.map(LogModel.Session.init) == entry.sessions else { return "\(name) has other sessions" }
      return replies(contents, superblock, log, storage).map { "\(name): \($0)" }
    } catch { return "\(name): \(error)" }
  }

  private static func replies(
    _ contents: CheckpointContents, _ superblock: Superblock, _ log: LogModel, _ storage: MemoryStorage
  ) -> String? {
    let buffer = IOBuffer(byteCount: Int(superblock.geometry.messageSize))
    for (slot, record) in contents.sessions.enumerated() {
      guard case .current(_, let body) = StoredReply.read(slot, of: record, from: storage, superblock, into: buffer)
      else { return "the reply in slot \(slot) is not there" }
      guard record.request > 0 else { continue }
      guard (try? decodeResults(body)) == log[record.op].results else { return "the reply in slot \(slot) is another" }
    }
    return nil
  }

  /// Adds the pairs below a node, which the audit has found sound.
  private static func add(
    _ node: BlockReference, _ superblock: Superblock, _ storage: MemoryStorage, to pairs: inout Fingerprint
  ) {
    let buffer = block(node, superblock, storage)
    let view = TreeNodeView(validated: buffer.bytes)
    for index in 0..<view.count {
      guard view.level == 0 else {
        add(view.child(index), superblock, storage, to: &pairs)
        continue
      }
      var value: [UInt8] = []
      if view.form(index) == .inline {
        value = [UInt8](copying: view.payload(index))
      } else {
        for part in 0..<view.payload(index).byteCount / BlockReference.byteCount {
          let reference = view.valueBlock(index, part)
          let bytes = block(reference, superblock, storage)
          let range = BlockHeader.byteCount..<BlockHeader.byteCount + Int(reference.extent)
          value += [UInt8](copying: bytes.bytes.extracting(range))
        }
      }
      pairs.add([UInt8](copying: view.key(index)), value)
    }
  }

  private static func block(
    _ reference: BlockReference, _ superblock: Superblock, _ storage: MemoryStorage
  ) -> IOBuffer {
    let buffer = IOBuffer(byteCount: Int(superblock.geometry.blockSize))
    let read = try? reference.read(from: storage, superblock.geometry, cluster: superblock.cluster, into: buffer)
    precondition(read != nil, "the audit read it a moment ago")
    return buffer
  }
}

extension LogModel.Session {
  init(_ record: SessionRecord) {
    self.init(
      client: record.client, number: record.session, request: record.request,
      requestChecksum: record.requestChecksum, op: record.op)
  }
}
