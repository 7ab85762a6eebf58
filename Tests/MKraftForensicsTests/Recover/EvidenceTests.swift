import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Evidence: what recovery says from it is what it says from the files.
struct EvidenceTests {
  private func collect(_ files: [MemoryStorage], redacted: Bool, live: Bool = false) throws -> MemoryStorage {
    let target = MemoryStorage()
    let subjects = files.enumerated().map { index, file in
      var options = ImageWriter.Options()
      options.isRedacted = redacted
      options.isLive = live
      options.alignment = file.directAlignment
      return EvidenceFile.Subject("/files/\(index)", file, options)
    }
    let summaries = try EvidenceFile.write(subjects, to: target)
    #expect(summaries.count == files.count)
    return target
  }

  /// As the commands open evidence: all of it is read first.
  private func parts(_ evidence: MemoryStorage) throws -> [EvidenceFile.Part] {
    let parts = try #require(try EvidenceFile.open(evidence))
    for part in parts { try part.checkPieces() }
    return parts
  }

  private func plan(_ evidence: MemoryStorage) throws -> RecoverPlanning {
    let parts = try parts(evidence)
    let sources = try parts.map {
      let header = $0.image.header
      return try RecoverSource(
        $0.path, $0.image, isLive: header.isLive, isUnsteady: header.isUnsteady, isRedacted: header.isRedacted)
    }
    return try RecoverPlanner.plan(sources, as: RecoverRig.identity)
  }

  @Test("The plan from evidence is the plan from the files; without keys and values it may know less, and never more")
  func samePlan() throws {
    var (compared, same) = (0, 0)
    for (number, ground) in try RecoverGround.all().enumerated() {
      let items = RepairItem.all(ground.map, head: ground.head)
      for index in 0..<6 {
        var generator = SplitMix64(seed: UInt64(7000 + number * 100 + index))
        let damaged = ground.storage.snapshot()
        let item = items.randomElement(using: &generator)!
        let damage = RepairItem.Damage.allCases.randomElement(using: &generator)!
        try item.damage(damaged, damage, earlier: ground.backups.first ?? ground.storage)
        let files = [damaged] + ground.backups.prefix(index % 3)
        let name = "ground \(number), \(damage) \(item), \(files.count - 1) backups"
        let direct = try? RecoverRig.plan(files).plan
        let whole = try? plan(try collect(files, redacted: false)).plan
        #expect(whole?.checksum == direct?.checksum, "\(name)")
        let redacted = try? plan(try collect(files, redacted: true)).plan
        compared += 1
        // A header that follows from its contents cannot be rebuilt where these were left out.
        if redacted?.checksum == direct?.checksum { same += 1 }
        if let redacted { #expect(redacted.head.op <= direct?.head.op ?? 0, "\(name)") }
      }
    }
    print("evidence: \(compared) plans; with keys and values all the same, without \(same)")
    #expect(compared == 30 && same >= 24)
  }

  @Test("An entry whose header stands in the header ring only is there by evidence as it is by the file")
  func prepareHeaderGone() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let geometry = GridRun.geometry
    for op in [ground.map.superblock.checkpoint.op + 1, ground.head - 5, ground.head] {
      let file = ground.storage.snapshot()
      let start = geometry.prepareOffset(slot: geometry.slot(of: op))
      file.flipBit(at: 8 * (start + 100))
      let whole = try plan(try collect([file], redacted: true)).plan
      #expect(whole.losses.isEmpty && whole.head.op == ground.head, "op \(op)")
      let direct = try RecoverRig.plan([file]).plan
      #expect(whole.checksum == direct.checksum, "op \(op)")
      // With a wrong body it is not there, and evidence says that too.
      file.flipBit(at: 8 * (start + 256))
      let without = try? plan(try collect([file], redacted: true)).plan
      let wanted = try? RecoverRig.plan([file]).plan
      #expect(without?.checksum == wanted?.checksum, "op \(op)")
    }
  }

  @Test("A damaged value that the log replaces is none that evidence misses, as long as the log does")
  func replacedValue() throws {
    let run = try GridRun()
    try run.run(checkpoints: 6)
    let map = try GridMap(run.storage)
    let value = map.blocks(.value)[0]
    try run.ask([.delete(key: try map.key(ofValue: value))], by: 0)
    run.storage.flipBit(at: 8 * (map.range(value).lowerBound + 300))
    let direct = try RecoverRig.plan([run.storage]).plan
    let redacted = try plan(try collect([run.storage], redacted: true)).plan
    #expect(direct.losses.isEmpty && direct.checkpointOp == map.superblock.checkpoint.op)
    #expect(redacted.checksum == direct.checksum)
    // Without the entry the value is missed.
    let geometry = GridRun.geometry
    let slot = geometry.slot(of: direct.head.op)
    run.storage.flipBit(at: 8 * (geometry.prepareOffset(slot: slot) + 20))
    run.storage.flipBit(at: 8 * (geometry.prepareOffset(slot: slot) + 270))
    let without = try? plan(try collect([run.storage], redacted: true)).plan
    let wanted = try? RecoverRig.plan([run.storage]).plan
    #expect(without?.checksum == wanted?.checksum && without?.checkpointOp != direct.checkpointOp)
  }

  @Test("Evidence with keys and values is enough to build from")
  func builds() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let planning = try plan(try collect([ground.storage], redacted: false))
    let file = try RecoverRig.build(planning)
    #expect(try AskedReplica(on: file).pairs() == ground.moment(at: ground.head).pairs)
  }

  @Test("Evidence read while a replica ran does not show where the log ended")
  func live() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    for isLive in [false, true] {
      let source = try RecoverSource("file", ground.storage, isLive: isLive)
      let planning = try RecoverPlanner.plan([source], as: RecoverRig.identity)
      #expect(planning.plan.losses == (isLive ? [.ops(ground.head + 1...RecoverLoss.openEnd, .unseen)] : []))
      #expect(planning.plan.acceptances == (isLive ? ["op:\(ground.head + 1).."] : []))
      #expect(planning.exitCode == (isLive ? .restorable : .sound) && planning.lacksNothing == !isLive)
    }
  }

  @Test("What one file cannot decide no other decides; one that was started later is refused as an older copy")
  func undecidable() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let damaged = ground.storage.snapshot()
    let geometry = GridRun.geometry
    let next = ground.head + 1
    let header = geometry.headerOffset(slot: geometry.slot(of: next))
    let prepare = geometry.prepareOffset(slot: geometry.slot(of: next))
    damaged.zero(header..<header + 256)
    damaged.zero(prepare..<prepare + 4096)
    let later = try SampleUpdate.next(of: ground.storage)
    for files in [[damaged], [later, damaged]] {
      #expect(try RecoverRig.plan(files).plan.losses == [.ops(next...next, .undecidable)])
    }
    let term = try SuperblockDecision(SuperblockSurvey.read(damaged)).outcome.get().term
    #expect(throws: RecoverRefusal.startedLater(path: "file 1", term: term + 1, other: "file 0", otherTerm: term)) {
      try RecoverRig.plan([damaged, later])
    }
    #expect(try RecoverRig.plan([later]).plan.losses.isEmpty)
  }

  @Test("From evidence of a file that never held still nothing is planned")
  func unsteady() throws {
    let restless = RestlessStorage(try SampleFile())
    let target = MemoryStorage()
    var options = ImageWriter.Options()
    options.isLive = true
    options.alignment = restless.directAlignment
    let summaries = try EvidenceFile.write([EvidenceFile.Subject("/files/0", restless, options)], to: target)
    #expect(summaries.map(\.isSteady) == [false])
    #expect(throws: RecoverRefusal.unsteady(path: "/files/0")) { try plan(target) }
    #expect(RecoverRefusal.unsteady(path: "/files/0").words.contains("(file-changing)"))
  }

  @Test("Whichever bit of evidence is wrong, the evidence is refused; it is never taken for damage of the file")
  func anyBit() throws {
    let ground = try RecoverGround(seed: 3, checkpoints: 0, more: 5, stop: false)
    let evidence = try collect([ground.storage, ground.storage], redacted: true)
    let unit: UInt64 = 65536
    var ranges: [Range<UInt64>] = [0..<unit]
    var start = unit
    for part in try parts(evidence) {
      let size = part.image.header.imageByteCount
      ranges.append(start..<start + size)
      start += (size + unit - 1) / unit * unit
    }
    #expect(ranges.count == 3)
    var inPieces = 0
    for range in ranges {
      for byte in stride(from: range.lowerBound, to: range.upperBound, by: max(1, range.count / 50)) {
        let damaged = evidence.snapshot()
        damaged.flipBit(at: 8 * byte + byte % 8)
        do {
          _ = try parts(damaged)
          Issue.record("byte \(byte) is wrong, and nothing was found")
        } catch let defect as EvidenceFile.Defect {
          #expect(defect.words.contains("damaged"), "byte \(byte): \(defect.words)")
          guard case .image(let path, .piece) = defect else { continue }
          #expect(defect.words.contains("damaged itself") && defect.words.contains(path), "byte \(byte)")
          inPieces += 1
        }
      }
    }
    #expect(inPieces > 20)
  }

  @Test("Damaged evidence is refused")
  func damaged() throws {
    let ground = try RecoverGround(seed: 3, checkpoints: 0, more: 5, stop: false)
    let evidence = try collect([ground.storage], redacted: true)
    for bit in [8 * 20, 8 * 36, 8 * 70, 8 * 5000] as [UInt64] {
      let copy = evidence.snapshot()
      copy.flipBit(at: bit)
      #expect(throws: EvidenceFile.Defect.self, "bit \(bit)") { try EvidenceFile.open(copy) }
    }
    #expect(try EvidenceFile.open(ground.storage) == nil)
    let cut = evidence.snapshot()
    cut.truncate(to: 70_000)
    #expect(throws: EvidenceFile.Defect.self) { try EvidenceFile.open(cut) }
  }
}

/// The file one superblock update later: a replica that was started and killed before it wrote anything else.
private enum SampleUpdate {
  static func next(of storage: MemoryStorage) throws -> MemoryStorage {
    let file = storage.snapshot()
    var next = try SuperblockDecision(SuperblockSurvey.read(file)).outcome.get()
    next.parent = next.checksum
    next.sequence += 1
    next.term += 1
    next.seal()
    file.put(next)
    return file
  }
}
