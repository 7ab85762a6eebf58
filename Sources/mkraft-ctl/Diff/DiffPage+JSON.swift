internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension DiffPage {
  func write(to json: JSONWriter) {
    json.array("files") { for index in paths.indices { write(file: index, to: json) } }
    json.field("relation", comparison.kind.rawValue)
    json.field("same", comparison.kind == .same)
    json.array("states_of_one_file") { for group in comparison.statesOfOneFile { write(paths: group, to: json) } }
    json.array("named_more_than_once") { for group in comparison.namedMoreThanOnce { write(paths: group, to: json) } }
    json.array("fields") {
      for field in comparison.fields {
        json.object {
          json.field("name", field.name)
          json.field("differs", field.differs)
          json.field("weight", field.weight.rawValue)
          json.array("values") { for value in field.values { json.value(value) } }
        }
      }
    }
    writeLog(to: json)
    json.array("checkpoints") { for checkpoint in comparison.checkpoints { write(checkpoint, to: json) } }
    json.field("next", next?.description)
    json.field("exit", exitCode)
  }

  private func write(paths group: [Int], to json: JSONWriter) {
    json.array { for index in group { json.string(paths[index]) } }
  }

  private func write(file index: Int, to json: JSONWriter) {
    let report = comparison.replicas[index].report
    json.object {
      json.field("path", paths[index])
      json.field("read_mode", files[index].storage.readMode.rawValue)
      json.field("locked_by", files[index].lockHolder?.description)
      json.field("file_size", report.byteCount)
      if let superblock = report.superblock {
        json.identity(superblock)
      } else {
        json.field("identity", nil as String?)
      }
      json.field("head_op", report.journal?.head.op)
      json.field("commit_max", report.journal?.commitMax)
      json.field("finding_count", report.findingCount)
      json.field("worst_finding", report.worst?.kind.name)
      json.field("exit", report.verdict.exitCode)
    }
  }

  private func writeLog(to json: JSONWriter) {
    guard let log = comparison.log, let ops = log.ops else { return json.field("log", nil as String?) }
    json.object("log") {
      json.field("first_op", ops.lowerBound)
      json.field("last_op", ops.upperBound)
      json.field("last_common_op", log.lastCommon)
      json.field("last_common_checksum", hex: log.lastCommonChecksum)
      json.field("commit_max", log.commitMax)
      json.field("last_common_committed_op", log.lastCommonCommitted)
      if let divergence = log.divergence {
        json.object("divergence") { write(divergence, to: json) }
      } else {
        json.field("divergence", nil as String?)
      }
      json.array("holders") {
        for run in log.runs {
          json.object {
            json.field("first_op", run.ops.lowerBound)
            json.field("last_op", run.ops.upperBound)
            json.field("agreed", run.isAgreed)
            json.array("holdings") { for holding in run.holdings { json.value(holding?.rawValue) } }
          }
        }
      }
      json.field("holders_are_whole", !log.isRunLimitReached)
    }
  }

  private func write(_ divergence: LogComparison.Divergence, to json: JSONWriter) {
    json.field("op", divergence.op)
    json.field("committed_on_both_sides", divergence.isCommitted)
    json.array("branches") {
      for (index, branch) in divergence.branches.enumerated() {
        json.object {
          json.field("path", paths[index])
          json.field("checksum", hex: branch?.checksum)
          json.field("parent", hex: branch?.parent)
          json.field("term", branch?.term)
          json.field("committed", branch?.isCommitted)
        }
      }
    }
  }

  private func write(_ checkpoint: CheckpointComparison, to json: JSONWriter) {
    json.object {
      json.field("first", paths[checkpoint.files.0])
      json.field("second", paths[checkpoint.files.1])
      json.field("first_op", checkpoint.ops.0)
      json.field("second_op", checkpoint.ops.1)
      json.field("first_id", hex: checkpoint.ids.0)
      json.field("second_id", hex: checkpoint.ids.1)
      json.field("relation", checkpoint.relation.rawValue)
      json.field("block_count", checkpoint.blockCount)
      json.array("blocks") {
        for block in checkpoint.blocks {
          json.object {
            json.field("block", block.address)
            json.field("difference", block.difference.rawValue)
          }
        }
      }
    }
  }
}
