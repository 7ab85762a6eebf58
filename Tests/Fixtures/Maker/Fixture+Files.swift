internal import MKraftFormat
internal import MKraftStorage

/// Files that are wrong as a whole, or outside superblocks and log.
extension Fixture {
  static var files: [Fixture] {
    [
      Fixture("empty") { MemoryStorage() },
      Fixture("zeroed") { MemoryStorage(byteCount: 1 << 20) },
      Fixture("random") {
        let storage = MemoryStorage(byteCount: 24 << 10)
        storage.scramble(0..<storage.byteCount)
        return storage
      },
      damaged("truncated") { $0.truncate(to: SampleReplica.geometry.offset(of: .superblock3)) },
      damaged("truncated-log") { $0.truncate(to: SampleReplica.geometry.prepareOffset(slot: 10)) },
      damaged("over-long") { $0.truncate(to: $0.byteCount + 4096) },
      damaged("gap-not-zero") { $0.flipBit(at: 8 * (SampleReplica.geometry.offset(of: .superblock1) - 5000)) },
      damaged("reply-slot-damaged") { $0.flipBit(at: 8 * (SampleReplica.geometry.replyOffset(slot: 2) + 120)) },
      damaged("newer-version") { storage in
        for copy in 0..<Superblock.copyCount { try storage.setFormatVersion(FormatVersion.dataFile + 1, copy: copy) }
      },
      damaged("newer-feature") { storage in
        try storage.update { $0.features.incompatible = 1 }
      },
      damaged("read-only-feature") { storage in
        try storage.update { $0.features.readOnlyCompatible = 1 }
      },
    ]
  }
}
