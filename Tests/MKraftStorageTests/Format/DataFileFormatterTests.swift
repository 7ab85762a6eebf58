import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct DataFileFormatterTests {
  /// Small plans over the unit sizes and message sizes that matter, each with and without prewriting.
  static let plans: [FormatPlan] = [
    Geometry(slotCount: 64, messageSize: 4096, sessions: 3),
    Geometry(slotCount: 64, messageSize: 1 << 20, sessions: 2),
    Geometry(ioUnit: 65_536, slotCount: 256, messageSize: 65_536, sessions: 5, blockSize: 65_536),
    Geometry(ioUnit: 8192, slotCount: 96, messageSize: 32_768, pipeline: 1, headroom: 1, sessions: 1),
  ].flatMap { geometry in
    [false, true].map {
      FormatPlan(cluster: 0xC1, replica: 1, replicaCount: 3, geometry: geometry, fileID: 7, prewrite: $0)
    }
  }

  private func header(_ storage: any Storage, at offset: UInt64) throws -> PrepareHeader {
    let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
    #expect(try storage.read(PrepareHeader.byteCount, at: offset, into: buffer) == PrepareHeader.byteCount)
    return try PrepareHeader(decoding: buffer.bytes)
  }

  @Test func makesFourCopiesOfTheFirstSuperblock() throws {
    for plan in Self.plans {
      let storage = MemoryStorage()
      try DataFileFormatter.format(plan, onto: storage)
      #expect(storage.byteCount == plan.geometry.fileSizeAtFormat)
      let survey = SuperblockSurvey.read(storage, scanning: true)
      #expect(survey.sightings.count == 4)
      let decision = SuperblockDecision(survey)
      #expect(decision.states == [.current, .current, .current, .current])
      let superblock = try #require(decision.chosen)
      #expect(superblock.sequence == 1 && superblock.parent == 0 && superblock.isVirgin)
      #expect(superblock.term == 0 && superblock.logTerm == 0 && superblock.votedFor == 0 && superblock.commitMax == 0)
      #expect(superblock.clean == nil && superblock.suffix.count == 0 && superblock.lineage == 0)
      #expect(superblock.cluster == 0xC1 && superblock.fileID == 7 && superblock.replica == 1)
      #expect(superblock.member == MemberList.memberID(cluster: 0xC1, index: 1))
      #expect(superblock.members == MemberList(cluster: 0xC1, voterCount: 3))
      #expect(superblock.quorums == Quorums(replication: 2, election: 2))
      #expect(superblock.geometry == plan.geometry)
      #expect(superblock.cut == LogPosition(PrepareHeader.root(cluster: 0xC1)))
      #expect(superblock.checkpoint.op == 0 && superblock.checkpoint.parentID == 0)
      #expect(superblock.checkpoint.storageSize == plan.geometry.fileSizeAtFormat)
    }
  }

  @Test func fillsEverySlot() throws {
    for plan in Self.plans {
      let storage = MemoryStorage()
      try DataFileFormatter.format(plan, onto: storage)
      for slot in 0..<Int(plan.geometry.slotCount) {
        let expected: PrepareHeader =
          slot == 0 ? .root(cluster: 0xC1) : .placeholder(.reserved, slot: slot, cluster: 0xC1)
        #expect(try header(storage, at: plan.geometry.headerOffset(slot: slot)) == expected)
        #expect(try header(storage, at: plan.geometry.prepareOffset(slot: slot)) == expected)
      }
      let buffer = IOBuffer(byteCount: ReplyHeader.byteCount)
      for slot in 0..<Int(plan.geometry.sessions) {
        _ = try storage.read(ReplyHeader.byteCount, at: plan.geometry.replyOffset(slot: slot), into: buffer)
        let reply = try ReplyHeader(decoding: buffer.bytes)
        #expect(reply.checksum == ReplyHeader.reserved(slot: slot, cluster: 0xC1).checksum)
      }
    }
  }

  /// Everything but the structures above is zero, whether it was written or not: the two ways give the same file.
  @Test func prewritingChangesNoByte() throws {
    for (plain, prewritten) in stride(from: 0, to: Self.plans.count, by: 2).map({ (Self.plans[$0], Self.plans[$0 + 1]) }
    ) {
      let files = try [plain, prewritten].map { plan in
        let storage = MemoryStorage()
        try DataFileFormatter.format(plan, onto: storage)
        return storage
      }
      let buffers = [IOBuffer(byteCount: 1 << 20), IOBuffer(byteCount: 1 << 20)]
      var nonzero = 0
      for offset in stride(from: 0, to: plain.geometry.fileSizeAtFormat, by: 1 << 20) {
        for (file, buffer) in zip(files, buffers) { _ = try file.read(1 << 20, at: offset, into: buffer) }
        for place in stride(from: 0, to: 1 << 20, by: 256) {
          let isZero = buffers.map { (buffer: IOBuffer) -> Bool in buffer.bytes.isZero(place..<place + 256) }
          #expect(isZero[0] == isZero[1])
          if isZero[0] { continue }
          nonzero += 1
          let arrays = buffers.map { $0.array(place..<place + 256) }
          #expect(arrays[0] == arrays[1])
        }
      }
      let headers = 2 * Int(plain.geometry.slotCount) + Int(plain.geometry.sessions)
      // Of a superblock: prefix and identity, members, checkpoint, ...: at least one chunk, at most all.
      #expect(nonzero > headers + 4 && nonzero <= headers + 4 * Superblock.byteCount / 256)
    }
  }

  /// Cut off before any of its writes: while anything is missing, no two copies of the superblock are there.
  @Test func hasNoQuorumBeforeAllElseIsDurable() throws {
    let geometry = Geometry(slotCount: 64, messageSize: 8192, sessions: 2)
    let plan = FormatPlan(cluster: 5, geometry: geometry, fileID: 9)
    // Sparse: one write of the header ring, 64 of prepares, 2 of replies, 4 superblock copies.
    let writesBefore = 1 + 64 + 2
    let whole = MemoryStorage()
    try DataFileFormatter.format(plan, onto: whole)
    for count in 0..<writesBefore + Superblock.copyCount {
      let storage = MemoryStorage()
      storage.failPower(afterWrites: count)
      let error = #expect(throws: FormatError.self) { try DataFileFormatter.format(plan, onto: storage) }
      guard case .storage(let cause) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(cause.cause == .powerLost)
      for keeps in [false, true] {
        let left = storage.cut { _, _ in keeps }
        let present = count + (keeps ? 1 : 0)
        let decision = SuperblockDecision(SuperblockSurvey.read(left, scanning: true))
        #expect((decision.chosen != nil) == (present >= writesBefore + Superblock.openThreshold), "after \(count)")
        guard present >= writesBefore else { continue }
        for slot in 0..<64 {
          #expect(try header(left, at: geometry.headerOffset(slot: slot)).op == UInt64(slot))
          #expect(try header(left, at: geometry.prepareOffset(slot: slot)).op == UInt64(slot))
        }
      }
    }
  }

  @Test func emptyLogIsWholeToTheJournal() throws {
    for plan in Self.plans where !plan.prewrite {
      let storage = MemoryStorage()
      let superblock = try DataFileFormatter.format(plan, onto: storage)
      var slots = 0
      _ = JournalScan.run(storage, superblock, provenOp: 0) { evidence, _ in
        slots += 1
        #expect(evidence.validHeader != nil && evidence.validHeader == evidence.validPrepare)
      }
      #expect(slots == Int(plan.geometry.slotCount))
    }
  }

  @Test func refusesWhatCannotBe() {
    let small = FormatPlan(cluster: 1, geometry: Geometry(slotCount: 64), fileID: 1)
    #expect(throws: FormatError.ioUnitBelowDevice(ioUnit: 4096, alignment: 8192)) {
      try DataFileFormatter.format(small, onto: MemoryStorage(directAlignment: 8192))
    }
    var wrong = small
    wrong.replica = 1
    wrong.geometry.pipeline = 33
    wrong.quorums = Quorums(replication: 2, election: 1)
    var expected = InvariantSet()
    for broken in [Invariant.geometryPipeline, .replicaIndex, .quorumRange] { expected.insert(broken) }
    // A pipeline of 33 also leaves the interval no room: 64 slots - 8 - 8 - 8 were taken.
    expected.insert(.geometryInterval)
    let storage = MemoryStorage()
    #expect(throws: FormatError.invalid(expected)) { try DataFileFormatter.format(wrong, onto: storage) }
    #expect(storage.byteCount == 0)
    for count in [0, 17] {
      let plan = FormatPlan(cluster: 1, replicaCount: count, geometry: Geometry(slotCount: 64), fileID: 1)
      #expect(plan.brokenInvariants.contains(.memberList))
    }
  }

  @Test func passesOnWhatTheDeviceSays() {
    let plan = FormatPlan(cluster: 1, geometry: Geometry(slotCount: 64, messageSize: 4096), fileID: 1)
    for zone in [Zone.walHeaders, .walPrepares, .replies, .superblock3] {
      // Long enough already, so that not the lengthening fails.
      let storage = MemoryStorage(byteCount: plan.geometry.fileSizeAtFormat)
      let offset = plan.geometry.offset(of: zone)
      storage.failWrites(offset..<offset + 1, with: .ioError)
      let error = #expect(throws: FormatError.self) { try DataFileFormatter.format(plan, onto: storage) }
      guard case .storage(let cause) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(cause.operation == .write && cause.isDeviceError && cause.offset == offset)
    }
  }
}
