internal import MKraftFormat
internal import MKraftStorage

extension SuperblockInspection {
  /// What is to be said of the superblocks and of the file's length, the worst first.
  public var findings: [Finding] {
    if isUnsteady { return [Finding.ofUnsteadyImage] }
    var findings = look.findings
    if let absence { findings.append(absence) }
    if let mark { findings.append(Finding(of: mark)) }
    if let chosen = decision.chosen, byteCount < chosen.checkpoint.storageSize {
      let needed = chosen.checkpoint.storageSize
      findings.append(
        Finding(
          .fileTruncated, range: byteCount..<needed, expected: .number(needed), actual: .number(byteCount),
          evidence: "the superblock says that the state needs \(needed) bytes; the file has \(byteCount)"))
    }
    return findings.enumerated()
      .sorted {
        let (left, right) = ($0.element.exitCode, $1.element.exitCode)
        return left != right ? left > right : $0.offset < $1.offset
      }
      .map(\.element)
  }
}
