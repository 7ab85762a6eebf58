internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension JSONWriter {
  /// The members that every verification of a file has.
  func verification(_ report: VerificationReport) {
    field("file_size", report.byteCount)
    if let superblock = report.superblock { identity(superblock) } else { absent("identity") }
    field("judged_by", judge(report))
    supplied(report.assumption)
    verdict(report.verdict)
    superblocks(report)
    log(report)
    grid(report)
    bytes(report.bytes)
    field("finding_count", report.findingCount)
    array("counts") {
      for (kind, count) in report.counts {
        object {
          field("name", kind.name)
          field("count", count)
        }
      }
    }
    let isRefused = report.verdict.start.reason != nil
    array("findings") { for finding in report.findings { self.finding(finding, startRefused: isRefused) } }
    field("exit", report.verdict.exitCode)
  }

  private func absent(_ name: StaticString) {
    key(name)
    null()
  }

  /// Whose word the rest was judged by.
  private func judge(_ report: VerificationReport) -> String? {
    if report.assumption != nil { return "supplied-geometry" }
    guard report.superblock != nil else { return nil }
    return report.superblockDecision.chosen == nil ? "newest-copy" : "quorum"
  }

  private func verdict(_ verdict: Verdict) {
    object("verdict") {
      field("start", verdict.start.name)
      field("start_reason", verdict.start.reason)
      field("stops_at_block", verdict.start.stopsAtBlock)
      field("integrity", verdict.integrity?.rawValue)
      array("scope") { for name in verdict.scope.partNames { string(name) } }
    }
  }

  private func superblocks(_ report: VerificationReport) {
    object("superblock") {
      field("sequence", report.superblock?.sequence)
      field("term", report.superblock?.term)
      field("clean", report.superblock.map { $0.clean != nil })
      field("virgin", report.superblock?.isVirgin)
      array("copies") { for state in report.superblockDecision.states { string(state.rawValue) } }
    }
  }

  private func log(_ report: VerificationReport) {
    guard let journal = report.journal else { return absent("log") }
    object("log") {
      field("checkpoint_op", report.superblock?.checkpoint.op)
      field("head_op", journal.head.op)
      field("head_term", journal.head.term)
      field("head_checksum", hex: journal.head.checksum)
      field("commit_max", journal.commitMax)
      field("end", journal.end.name)
      field("judged_as_of_op", report.liveHead)
    }
  }

  private func grid(_ report: VerificationReport) {
    guard let grid = report.grid else { return absent("grid") }
    object("grid") {
      field("checkpoint", grid.checkpoint)
      field("checkpoint_op", report.superblock?.checkpoint.op)
      field("checkpoint_id", hex: report.superblock?.checkpoint.id)
      field("acquired", grid.acquired)
      field("reachable", grid.reachable)
      field("released", grid.released)
      field("trailers", grid.trailers)
      field("free", grid.free)
      field("sessions", grid.sessions)
      field("block_size", grid.blockSize)
      field("blocks", grid.blocks)
      field("file_blocks", grid.fileBlocks)
      field("blocks_max", grid.blocksMax)
      field("reserved_byte_count", grid.reservedByteCount)
    }
  }

  private func bytes(_ bytes: ByteTally) {
    object("bytes") {
      field("checked", bytes.checked)
      field("skipped", bytes.skipped)
      field("unreadable", bytes.unreadable)
      field("total", bytes.total)
      array("skipped_because") {
        for reason in ByteTally.SkipReason.allCases where bytes[reason] > 0 {
          object {
            field("reason", reason.rawValue)
            field("byte_count", bytes[reason])
          }
        }
      }
    }
  }

  /// A finding, with what its kind says of it.
  func finding(_ finding: Finding, startRefused: Bool) {
    object {
      field("name", finding.kind.name)
      field("severity", finding.severity.rawValue)
      field("exit_code", finding.exitCode.number)
      field("zone", finding.zone?.name)
      field("copy", finding.copy)
      field("slot", finding.slot)
      field("op", finding.op)
      field("block", finding.block)
      field("offset", finding.range?.lowerBound)
      field("byte_count", finding.range.map { $0.upperBound - $0.lowerBound })
      field("expected", finding.expected?.description)
      field("actual", finding.actual?.description)
      field("evidence", finding.evidence)
      field("meaning", finding.kind.meaning)
      field("likely_cause", finding.likelyCause)
      field("risk", finding.kind.risk)
      field("next", finding.next(startRefused: startRefused).words)
    }
  }
}
