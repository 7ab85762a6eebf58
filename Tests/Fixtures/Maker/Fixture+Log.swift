internal import MKraftFormat
internal import MKraftStorage

/// Files whose rings are damaged. The head is op 20; op 5 is a session's, op 7 an entry with a body of 3 KB.
extension Fixture {
  private static var geometry: Geometry { SampleReplica.geometry }

  static var log: [Fixture] {
    [
      damaged("header-unit-garbage") {
        $0.scramble(geometry.headerOffset(slot: 0)..<geometry.headerOffset(slot: geometry.headersPerUnit))
      },
      damaged("prepare-corrupt") { $0.flipBit(at: 8 * (geometry.prepareOffset(slot: 7) + 2000)) },
      damaged("prepare-missing") { storage in
        let blank = PrepareHeader.placeholder(.reserved, slot: 7, cluster: SampleReplica.cluster)
        storage.zero(geometry.prepareRange(slot: 7))
        storage.replace(at: geometry.prepareOffset(slot: 7), with: blank.image())
      },
      damaged("foreign-prepare") { storage in
        let other = try SampleReplica(cluster: 0xBAD)
        try other.load()
        storage.replace(at: geometry.prepareOffset(slot: 7), with: try other.storage.prepare(inSlot: 7))
      },
      damaged("entries-disagree") { storage in
        let other = try storage.header(inSlot: 7).changed { $0.timestamp += 1 }
        storage.replace(at: geometry.prepareOffset(slot: 7), with: other.image())
      },
      damaged("entry-lost") { $0.scrambleBoth(slot: 7) },
      damaged("head-lost") { $0.scrambleBoth(slot: 20) },
      killed("head-undecidable") { $0.scrambleBoth(slot: 20) },
      killed("chain-broken") { storage in
        let other = try storage.header(inSlot: 20).changed { $0.parent = 3 }
        storage.replace(at: geometry.headerOffset(slot: 20), with: other.image())
        storage.replace(at: geometry.prepareOffset(slot: 20), with: other.image())
      },
      killed("tail-damaged") { $0.scrambleBoth(slot: 23) },
      damaged("unused-prepare-damaged") { $0.scramble(geometry.prepareRange(slot: 40)) },
    ]
  }
}
