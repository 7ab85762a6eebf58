internal import MKraftFormat
internal import MKraftStorage

/// What belongs to the checkpoint itself: the two sets and the table of sessions, each a chain of blocks.
extension ForkWriter {
  private struct Link {
    let reference: BlockReference
    let header: BlockHeader
    let contents: [UInt8]
  }

  /// - Parameter sessions: the table as the new file is to have it, as long as the old one.
  mutating func writeTrailers(sessions: [UInt8]) throws(ForkError) {
    next.checkpoint.acquired = try writeChain(old.checkpoint.acquired, nil)
    next.checkpoint.released = try writeChain(old.checkpoint.released, nil)
    next.checkpoint.sessions = try writeChain(old.checkpoint.sessions, sessions)
    try writeReleased()
  }

  /// Blocks that are to become free: nobody reads them, and what they held is no part of the state. Each gets an empty block, so
  /// that a right one stands in every place in use.
  private mutating func writeReleased() throws(ForkError) {
    guard let released = CheckpointReader(fork.storage, old).parts().released else { return }
    let buffer = ForkWriter.buffer(Int(geometry.ioUnit))
    let limit = geometry.blockCount(fileSize: fork.byteCount)
    for address in 1..<limit + 1 where released.contains(address) {
      var header = BlockHeader()
      header.cluster = fork.cluster
      header.address = address
      header.birth = geometry.interval(of: old.checkpoint.op)
      header.release = old.checkpoint.release
      header.type = .treeValue
      buffer.zero(0..<buffer.byteCount)
      var bytes = buffer.mutableBytes
      header.seal(into: &bytes)
      try write(buffer, buffer.byteCount, at: geometry.blockOffset(address: address))
    }
  }

  /// Writes a chain from its end to its beginning, for each block names the one behind it.
  private mutating func writeChain(_ first: BlockReference, _ contents: [UInt8]?) throws(ForkError) -> BlockReference {
    let links = try readChain(first)
    var position = links.reduce(0) { $0 + $1.contents.count }
    precondition(contents.map { $0.count == position } ?? true, "a chain keeps its length")
    var reference = BlockReference.none
    let buffer = ForkWriter.buffer(Int(geometry.blockSize))
    for link in links.reversed() {
      position -= link.contents.count
      let part = contents.map { Array($0[position..<position + link.contents.count]) } ?? link.contents
      buffer.zero(0..<buffer.byteCount)
      buffer.copy(from: part.rawSpan, at: BlockChain.payloadOffset)
      var bytes = buffer.mutableBytes
      reference.encode(into: &bytes, at: BlockChain.nextOffset)
      reference = try write(link.header, buffer, as: link.reference)
    }
    return reference
  }

  private mutating func readChain(_ first: BlockReference) throws(ForkError) -> [Link] {
    var links: [Link] = []
    var reference = first
    let buffer = ForkWriter.buffer(Int(geometry.blockSize))
    while reference.address != 0 {
      let header = try read(reference, into: buffer)
      let following = BlockReference(decoding: buffer.bytes, at: BlockChain.nextOffset)
      guard BlockChain.hasShape(header, reference, next: following, blockSize: buffer.byteCount) else {
        throw .state(.chainShape, address: reference.address)
      }
      let contents = [UInt8](copying: buffer.bytes.extracting(BlockChain.payloadOffset..<Int(header.size)))
      links.append(Link(reference: reference, header: header, contents: contents))
      reference = following
    }
    return links
  }
}
