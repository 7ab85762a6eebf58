internal import MKraftFormat
internal import MKraftStorage

extension SuperblockInspection {
  /// What is to be said of the superblocks and of the file's length, the worst first.
  public var findings: [Finding] {
    var findings = SuperblockFindings.of(survey, decision)
    if case .failure(.notFound) = decision.outcome { findings.append(absence) }
    if let chosen = decision.chosen, byteCount < chosen.checkpoint.storageSize {
      let needed = chosen.checkpoint.storageSize
      findings.append(
        Finding(
          .fileTruncated, range: byteCount..<needed, expected: .number(needed), actual: .number(byteCount),
          evidence: "the superblock says that the state needs \(needed) bytes; the file has \(byteCount)"))
    }
    return findings.enumerated()
      .sorted {
        let (left, right) = ($0.element.kind.exitCode, $1.element.kind.exitCode)
        return left != right ? left > right : $0.offset < $1.offset
      }
      .map(\.element)
  }

  /// Why there is no superblock at all: is it another kind of file, or one of ours whose superblocks are gone?
  private var absence: Finding {
    if places.allSatisfy({ $0.state == .unreadable }), !holdsOthers {
      return Finding(.nothingReadable, evidence: places.first?.reason ?? "nothing could be read")
    }
    if places.contains(where: \.isShowable) || holdsOthers {
      return Finding(.superblockNotFound, evidence: "no superblock is right by itself at any 1 MiB boundary")
    }
    let evidence =
      byteCount == 0
      ? "the file is empty" : "no superblock, log entry or reply stands at any 1 MiB boundary"
    return Finding(.notOurFormat, evidence: evidence)
  }
}
