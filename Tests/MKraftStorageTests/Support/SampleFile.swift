import MKraftFormat
import MKraftStorage

/// Structures of a small data file, and its image on a device in memory: 64 slots of 4 KiB, one replica.
enum SampleFile {
  static let cluster: UInt128 = 0xC1_0573_12AB
  static let geometry = Geometry(
    slotCount: 64, messageSize: 4096, pipeline: 8, sessions: 1, blockSize: 16 << 10, gridBlocksMax: 64)
  static let slotCount = Int(geometry.slotCount)

  /// A freshly formatted file's superblock.
  static func superblock(
    _ geometry: Geometry = geometry, cluster: UInt128 = cluster, fileID: UInt128 = 0xF11E
  ) -> Superblock {
    var superblock = Superblock(members: MemberList(cluster: cluster, voterCount: 1))
    superblock.cluster = cluster
    superblock.member = superblock.members[0]
    superblock.fileID = fileID
    superblock.sequence = 1
    superblock.geometry = geometry
    superblock.checkpoint = .genesis(cluster: cluster, geometry: geometry)
    superblock.cut = LogPosition(superblock.checkpoint.header)
    superblock.seal()
    return superblock
  }

  /// A formatted file: four superblock copies, the root in slot 0, reserved headers in all other slots of both rings.
  static func format(_ superblock: Superblock = superblock()) -> MemoryStorage {
    let geometry = superblock.geometry
    let storage = MemoryStorage(byteCount: geometry.fileSizeAtFormat)
    storage.put(superblock)
    for slot in 0..<Int(geometry.slotCount) {
      let header =
        slot == 0
        ? PrepareHeader.root(cluster: superblock.cluster)
        : PrepareHeader.placeholder(.reserved, slot: slot, cluster: superblock.cluster)
      storage.put(header, at: geometry.headerOffset(slot: slot))
      storage.put(header, at: geometry.prepareOffset(slot: slot))
    }
    return storage
  }
}

extension Superblock {
  /// The next update of this superblock, changed and sealed.
  func updated(_ change: (inout Superblock) -> Void = { _ in }) -> Superblock {
    var next = self
    next.sequence += 1
    next.parent = checksum
    change(&next)
    next.seal()
    return next
  }

  /// What a replica alone writes when it starts on a log that ends with `log`'s last entry.
  func started(on log: [PrepareHeader]) -> Superblock {
    updated { next in
      next.term += 1
      next.logTerm = next.term
      next.clean = nil
      next.suffix = SuffixHeaders()
      for header in log.suffix(Superblock.suffixLimit) { next.suffix.append(header) }
      next.cut = LogPosition(log[log.count - 1])
      next.commitMax = log[log.count - 1].op
    }
  }
}

extension MemoryStorage {
  /// Sets a header at rest.
  func put(_ header: PrepareHeader, at offset: UInt64) {
    let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    replace(at: offset, with: buffer)
  }
}
