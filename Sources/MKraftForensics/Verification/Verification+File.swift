internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// What is said of the file as a whole.
extension Verification {
  mutating func noteFile(_ reference: Reference, _ look: SuperblockLook) {
    if case .failure(.notFound) = look.decision.outcome {
      log.add(SuperblockInspection.absence(storage, look.survey, byteCount))
    }
    if reference.assumption == nil { noteFile(reference.superblock) } else { noteLength(reference.superblock.geometry) }
  }

  /// What a supplied geometry says of the file's length.
  private mutating func noteLength(_ geometry: Geometry) {
    let needed = geometry.offset(of: .grid)
    guard byteCount < needed else { return }
    log.add(
      Finding(
        .fileTruncated, range: byteCount..<needed, expected: .number(needed), actual: .number(byteCount),
        evidence: "the file has \(byteCount) bytes, the geometry that was supplied asks for \(needed) at least"))
  }

  private mutating func noteFile(_ superblock: Superblock) {
    let expected = superblock.checkpoint.storageSize
    if byteCount < expected {
      log.add(
        Finding(
          .fileTruncated, range: byteCount..<expected, expected: .number(expected), actual: .number(byteCount),
          evidence: "the file has \(byteCount) bytes, the superblock names \(expected)"))
    }
    if byteCount > expected, !isReservedGrowth(superblock) {
      log.add(
        Finding(
          .fileOverLong, range: expected..<byteCount, expected: .number(expected), actual: .number(byteCount),
          evidence:
            "the file has \(byteCount) bytes, the superblock names \(expected); what the grid will grow into is whole "
            + "blocks, \(superblock.geometry.gridBlocksMax) in all at most"))
    }
    let count = superblock.members.count
    if count > 1 {
      log.add(
        Finding(.otherMembers, actual: .number(UInt64(count)), evidence: "the superblock lists \(count) members"))
    }
    if Int(superblock.geometry.ioUnit) < alignment {
      log.add(
        Finding(
          .ioUnitTooSmall, expected: .number(UInt64(alignment)), actual: .number(UInt64(superblock.geometry.ioUnit)),
          evidence: "the device takes multiples of \(alignment) bytes, io_unit is \(superblock.geometry.ioUnit)"))
    }
  }

  /// A mark in whichever place is reported once, in whatever scope.
  mutating func noteRepair(_ survey: SuperblockSurvey) {
    mark = RepairMarkScan.find(storage, survey.geometry)
    guard let mark else { return }
    log.add(Finding(of: mark))
  }

  /// Whether what lies behind the last block in use is space for more blocks (rule R17).
  private func isReservedGrowth(_ superblock: Superblock) -> Bool {
    let geometry = superblock.geometry
    let end = geometry.fileSize(blockCount: geometry.blockCount(fileSize: byteCount))
    return byteCount == end && byteCount >= superblock.checkpoint.storageSize
  }

  var alignment: Int { options.deviceAlignment ?? storage.directAlignment }

  mutating func noteLive(_ subject: Subject) {
    let op = subject.superblock.checkpoint.op
    log.add(
      Finding(
        .liveFile, op: subject.liveHead,
        evidence: "its lock is held, or it changed while it was read; judged as of the checkpoint of op \(op)"
          + (subject.liveHead.map { " and of the head, op \($0)" } ?? "")))
  }

  /// What was found while the file moved on may be what it moved on from. What the device refuses, and what nobody writes, is
  /// certain all the same.
  mutating func noteChanging() {
    noteChanging("the superblock changed each of \(ScanWork.rereadsMax) times that this was found")
  }

  /// What was found in an image of which nobody can tell whether it is so in the file.
  mutating func noteUnsteady() {
    noteChanging(
      "the superblock changed each of \(ImageWriter.passesMax) times that the file was read for this image, so that its parts "
        + "are of different times; in the image this was found")
  }

  private mutating func noteChanging(_ why: String) {
    let certain: [FindingKind] = [.rangeUnreadable, .readUnsteady, .gapNotZero, .otherMembers]
    let names = log.counts.filter { $0.kind.exitCode != .sound && !certain.contains($0.kind) }.map(\.kind.name)
    log.removeAll { $0.exitCode != .sound && !certain.contains($0) }
    let what = names.isEmpty ? "nothing that may not be so in the file" : names.joined(separator: ", ")
    log.add(Finding(.fileChanging, evidence: "\(why): \(what)"))
  }

  mutating func noteIncomplete(_ rest: ScanPlan.Remainder) {
    let parts = rest.parts.map { "\($0.part): \($0.words) (\($0.byteCount) bytes)" }
    let why = (options.budget.stop ?? .interrupted).words
    let what = parts.isEmpty ? "which values of the state are damaged was not found out" : parts.joined(separator: "; ")
    log.add(Finding(.verificationIncomplete, evidence: "\(why); not checked: \(what)"))
  }

  mutating func noteUnreadable() {
    for range in tally.unreadable {
      log.add(Finding(.rangeUnreadable, range: range, evidence: "the device reported an error for each unit of it"))
    }
    for range in tally.unsteady {
      log.add(
        Finding(
          .readUnsteady, range: range, evidence: "a read of it failed, and each unit of it could be read after that"))
    }
  }

  /// Of a file in use, whose checkpoint was replaced whenever it was read, nothing is concluded.
  mutating func withoutCheckpoint(_ look: SuperblockLook) -> VerificationReport {
    begin(byteCount: byteCount)
    log.removeAll { $0.exitCode != .sound }
    log.add(
      Finding(
        .fileChanging,
        evidence: "a newer checkpoint took the place of the one that was read, \(Verification.checkpointReadsMax) times"
      ))
    tally.skip(0..<byteCount, .notReached)
    if options.resuming != nil { resumption = .startedOver("the file changed while it was read") }
    return report(look.decision, nil, Judged())
  }

  /// No superblock tells what lies where.
  mutating func withoutSuperblock(_ look: SuperblockLook) -> VerificationReport {
    var stop: ScanStop?
    if case .failure(.notFound) = look.decision.outcome {
      let outcome = TraceScan.run(storage, byteCount: byteCount, options.budget) { progress($0, byteCount) }
      tally = outcome.tally
      if outcome.isWhole {
        log.add(SuperblockInspection.absence(outcome, look.survey, byteCount))
      } else {
        stop = options.budget.stop ?? .interrupted
        log.add(
          Finding(
            .verificationIncomplete,
            evidence: "\((stop ?? .interrupted).words); no superblock was found, and the rest was not looked through"))
      }
    } else {
      tally.skip(0..<byteCount, .geometryUnknown)
    }
    noteUnreadable()
    if options.resuming != nil { resumption = Verification.ofNoSuperblock }
    var report = report(look.decision, nil, Judged())
    report.stop = stop
    return report
  }
}
