internal import MKraftFormat
public import MKraftStorage

/// What there is to say of the superblock copies of a file.
public enum SuperblockFindings {
  /// The findings from a survey and the decision on it. Without any superblock the caller must say whether the file is ours at
  /// all: `not-our-format` or `superblock-not-found`.
  public static func of(_ survey: SuperblockSurvey, _ decision: SuperblockDecision) -> [Finding] {
    var findings: [Finding] = []
    switch decision.outcome {
    case .failure(.notFound): return []
    case .failure(let refusal): findings.append(finding(for: refusal, survey))
    case .success(let chosen): findings += readOnly(chosen)
    }
    guard survey.geometry != nil else { return findings }
    let foreign = minority(survey.copies)
    for (copy, observation) in survey.copies.enumerated() {
      let isForeign = foreign.contains(copy)
      if let found = finding(copy, observation, decision, survey, isForeign: isForeign) { findings.append(found) }
    }
    return findings
  }

  private static func readOnly(_ chosen: Superblock) -> [Finding] {
    let unknown = chosen.features.unknownReadOnlyCompatible
    guard unknown != 0 else { return [] }
    return [
      Finding(
        .featuresReadOnly, actual: .number(unknown), evidence: "bits \(String(unknown, radix: 2)) of features_read_only"
      )
    ]
  }

  private static func finding(for refusal: SuperblockDecision.Refusal, _ survey: SuperblockSurvey) -> Finding {
    switch refusal {
    case .notFound: preconditionFailure("dealt with by the caller")
    case .newerFormat:
      Finding(.formatNewer, evidence: newer(survey))
    case .identitiesDiffer: Finding(.superblockIdentitiesDiffer, evidence: identities(survey))
    case .fork(let sequence):
      Finding(.superblockFork, evidence: "sequence \(sequence): \(versions(survey, sequence))")
    case .copyAhead(let copy, let sequence, let chosen):
      Finding(
        .superblockCopyAhead, zone: .superblock(copy), copy: copy, expected: .number(chosen), actual: .number(sequence),
        evidence: "at least two copies hold sequence \(chosen), copy \(copy) holds \(sequence)")
    case .notLinked(let copy, let sequence, let chosen):
      Finding(
        .superblockNotLinked, zone: .superblock(copy), copy: copy,
        evidence: "the parent of the later of sequences \(sequence) and \(chosen) is not the checksum of the earlier")
    case .quorumLost(let newest):
      Finding(.superblockQuorumLost, evidence: "no sequence stands in two copies; the newest is \(newest)")
    }
  }

  private static func finding(
    _ copy: Int, _ observation: CopyObservation, _ decision: SuperblockDecision, _ survey: SuperblockSurvey,
    isForeign: Bool
  ) -> Finding? {
    guard let geometry = survey.geometry else { return nil }
    let start = geometry.offset(of: .superblock(copy))
    func make(_ kind: FindingKind, _ expected: Finding.Value?, _ actual: Finding.Value?, _ evidence: String) -> Finding
    {
      Finding(
        kind, zone: .superblock(copy), copy: copy, range: start..<start + UInt64(Superblock.byteCount),
        expected: expected, actual: actual, evidence: evidence)
    }
    switch observation {
    case .damaged(let defect): return damaged(defect, make)
    case .unreadable(let error): return make(.superblockCopyUnreadable, nil, nil, error.cause.description)
    case .beyondEnd: return make(.superblockCopyMissing, nil, nil, "the file ends before byte \(start + 16384)")
    case .misdirected(let superblock):
      let number = superblock.copy
      return make(
        .superblockCopyMisdirected, .number(UInt64(copy)), .number(UInt64(number)),
        "the checksum is right and the copy number is \(number)")
    case .valid(let superblock):
      if isForeign {
        return make(
          .superblockCopyForeign, nil, .checksum(superblock.fileID),
          "its cluster, member, file_id or geometry is not that of most copies")
      }
      guard let chosen = decision.chosen, superblock.sequence != chosen.sequence else { return nil }
      let isStale = superblock.sequence < chosen.sequence
      let proof = isStale ? "" : "; op \(superblock.committedOp) had been committed before it was written"
      return make(
        isStale ? .superblockCopyStale : .superblockCopyUnacknowledged, .number(chosen.sequence),
        .number(superblock.sequence),
        "its sequence is \(superblock.sequence), that of the others \(chosen.sequence)" + proof)
    }
  }

  /// Copy 0 has a right checksum, and nothing that can be used; nil if its checksum is wrong. What is wrong with it is then wrong
  /// with the others that are of the same update, whose places nobody knows.
  static func unusable(_ defect: SuperblockDefect) -> Finding? {
    var finding = Finding(
      .superblockNotFound, zone: .superblock(0), copy: 0, range: 0..<UInt64(Superblock.byteCount),
      actual: .text(defect.name), evidence: "copy 0: the checksum is right, but \(defect.name)")
    switch defect {
    case .violates(let broken):
      let names = broken.elements.map(\.name).joined(separator: ", ")
      finding.actual = .text(names)
      finding.evidence = "copy 0: the checksum is right; invariants are broken: \(names)"
    case .kindMismatch, .copyNumberInvalid: break
    default: return nil
    }
    return finding
  }

  private static func damaged(
    _ defect: SuperblockDefect, _ make: (FindingKind, Finding.Value?, Finding.Value?, String) -> Finding
  ) -> Finding {
    switch defect {
    case .checksumMismatch(let stored, let computed):
      return make(
        .superblockCopyDamaged, .checksum(stored), .checksum(computed),
        "the checksum it carries is not the one of its bytes")
    case .violates(let broken):
      let names = broken.elements.map(\.name).joined(separator: ", ")
      return make(.superblockCopyDamaged, nil, .text(names), "the checksum is right; invariants are broken: \(names)")
    case .allZero:
      return make(.superblockCopyDamaged, nil, .text(defect.name), "every byte is zero: never written, or wiped")
    case .magicMismatch:
      return make(.superblockCopyDamaged, nil, .text(defect.name), "it does not begin as a superblock does")
    case .versionUnknown(let version):
      return make(
        .superblockCopyDamaged, .number(UInt64(FormatVersion.dataFile)), .number(UInt64(version)),
        "it names format version \(version), and other copies do not")
    default: return make(.superblockCopyDamaged, nil, .text(defect.name), defect.name)
    }
  }

  /// The copies whose identity fewer copies share than another identity; none if that cannot be told.
  private static func minority(_ copies: [CopyObservation]) -> [Int] {
    let valid = copies.enumerated().compactMap { index, copy in copy.valid.map { (index, $0) } }
    func votes(_ superblock: Superblock) -> Int { valid.count { $0.1.isSameFile(as: superblock) } }
    let most = valid.map { votes($0.1) }.max() ?? 0
    return valid.filter { votes($0.1) < most }.map(\.0)
  }

  private static func newer(_ survey: SuperblockSurvey) -> String {
    for (copy, observation) in survey.copies.enumerated() {
      if case .damaged(let defect) = observation, defect.isNewerFormat { return "copy \(copy): \(defect.explanation)" }
    }
    return "what stands at the places of superblock copies names a newer format or feature"
  }

  private static func identities(_ survey: SuperblockSurvey) -> String {
    let found = survey.sightings.map { sighting in
      "copy \(sighting.superblock.copy) at byte \(sighting.offset): cluster \(sighting.superblock.cluster.hex), "
        + "file \(sighting.superblock.fileID.hex)"
    }
    return found.joined(separator: "; ")
  }

  private static func versions(_ survey: SuperblockSurvey, _ sequence: UInt64) -> String {
    let found = survey.copies.enumerated().compactMap { copy, observation -> String? in
      guard let superblock = observation.valid, superblock.sequence == sequence else { return nil }
      return "copy \(copy) is \(superblock.checksum.hex)"
    }
    return found.joined(separator: ", ")
  }
}
