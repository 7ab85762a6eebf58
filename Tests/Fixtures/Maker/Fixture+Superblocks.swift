internal import MKraftFormat
internal import MKraftStorage

/// Files whose superblock copies are damaged or contradict each other. The loaded file's copies have sequence 3: format, term,
/// clean stop.
extension Fixture {
  static var superblocks: [Fixture] {
    [
      damaged("superblock-copy-damaged") {
        $0.scramble($0.range(copy: 1).lowerBound + 512..<$0.range(copy: 1).upperBound)
      },
      damaged("superblock-copy-stale") { $0.put(try running().superblock(), copy: 2) },
      damaged("superblock-copy-misdirected") { $0.copy($0.range(copy: 1), to: $0.range(copy: 2).lowerBound) },
      damaged("superblock-copy-zeroed") { $0.zero($0.range(copy: 3)) },
      damaged("superblock-update-begun") { $0.put(try $0.superblock().successor { $0.clean = nil }, copy: 0) },
      damaged("first-mib-wiped") { $0.zero(0..<Geometry.zoneAlignment) },
      damaged("superblock-quorum-lost") { storage in
        for copy in [0, 2, 3] { storage.scramble(storage.range(copy: copy)) }
      },
      damaged("superblock-fork") { $0.put(try $0.superblock().changed { $0.term += 1 }, copy: 3) },
      damaged("superblock-copy-ahead") { storage in
        let next = try storage.superblock().successor { $0.clean = nil }
        storage.put(next.successor { $0.term += 1 }, copy: 1)
      },
      damaged("superblock-not-linked") { $0.put(try $0.superblock().successor { $0.parent = 5 }, copy: 1) },
      damaged("superblock-identities-differ") { storage in
        storage.put(try SampleReplica.fresh(fileID: SampleReplica.fileID + 1).superblock(), copy: 3)
      },
      damaged("superblocks-wiped") { storage in
        for copy in 0..<Superblock.copyCount { storage.zero(storage.range(copy: copy)) }
      },
      Fixture("superblock-rolled-back", rolledBack),
    ]
  }

  /// The copies of the clean stop, put back after the next start has taken a term and written entries in it.
  private static func rolledBack() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    replica.stop()
    let before = try replica.storage.superblock()
    try replica.restart()
    for copy in 0..<Superblock.copyCount { replica.storage.put(before, copy: copy) }
    return replica.storage
  }
}
