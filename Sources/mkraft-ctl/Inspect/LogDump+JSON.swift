internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension LogDump {
  func writeSummary(to json: JSONWriter) {
    let superblock = inspection.superblock
    let decision = inspection.decision
    json.file(file)
    if inspection.source.assumption == nil { json.identity(superblock) } else { json.field("identity", nil as String?) }
    json.supplied(inspection.source.assumption)
    json.field("scope", ["superblocks", inspection.depth == .bodies ? "wal" : "wal-headers"])
    json.field("exit", exitCode)
    json.repair(inspection.mark)
    json.object("superblock") {
      json.field("sequence", inspection.source.assumption == nil ? superblock.sequence : nil)
      json.field("offset", inspection.source.offset)
      json.field("is_quorums_choice", inspection.source.isChosen)
      json.field("refusal", inspection.source.refusal?.name)
    }
    json.object("log") {
      json.field("slot_count", superblock.geometry.slotCount)
      json.field("checkpoint_op", superblock.checkpoint.op)
      json.field("checkpoint", superblock.geometry.interval(of: superblock.checkpoint.op))
      json.field("checkpoint_id", hex: superblock.checkpoint.id)
      json.field("checkpoint_parent_id", hex: superblock.checkpoint.parentID)
      json.field("checkpoint_interval", superblock.geometry.checkpointInterval)
      json.field("next_checkpoint_op", inspection.nextCheckpointOp)
      json.field("last_executable_op", superblock.geometry.lastExecutableOp(after: superblock.checkpoint.op))
      json.field("last_preparable_op", superblock.geometry.lastPreparableOp(after: superblock.checkpoint.op))
      json.field("first_op", inspection.firstOp)
      json.field("last_op", inspection.lastOp)
      json.field("head_op", decision.head.op)
      json.field("head_term", decision.head.term)
      json.field("head_checksum", hex: decision.head.checksum)
      json.field("end", decision.end.name)
      json.field("tail_start_op", decision.tailStart)
      json.field("commit_max", decision.commitMax)
      json.field("proven_op", decision.provenOp)
      json.field("ops_before_back_pressure", inspection.opsBeforeBackPressure)
      json.field("reply_ahead_op", inspection.replyAhead?.op)
      json.field("reply_ahead_slot", inspection.replyAhead?.slot)
      json.field("serves_alone", decision.serves && inspection.replyAhead == nil)
      json.field("fault_count", decision.faultCount)
      json.field("bodies_verified", inspection.verifiedBodies)
      json.field("bodies_unverified", inspection.unverifiedBodies)
      // What is said of the whole log hangs on every body.
      json.field("is_conditional", inspection.unverifiedBodies > 0)
    }
    let isRefused = inspection.isStartRefused
    json.array("findings") { for finding in findings { json.finding(finding, startRefused: isRefused) } }
  }

  func write(_ row: LogRow, to json: JSONWriter) {
    json.field("op", row.op)
    json.field("slot", row.slot)
    json.field("header_state", row.condition.header.name)
    json.field("prepare_state", row.condition.prepare.name)
    json.field("header_defect", row.evidence.header.defect)
    json.field("prepare_defect", row.evidence.prepare.defect)
    json.field("body", row.body.rawValue)
    json.field("row", row.rule.name)
    json.field("reason", row.rule.evidence)
    json.field("decision", row.decision?.rawValue ?? "unverified")
    json.field("decision_if_body_right", row.decisionIfBodyIsRight.rawValue)
    json.field("decision_of_several", row.body == .unverified ? "unverified" : row.rule.several.rawValue)
    json.field("disposition", inspection.unverifiedBodies > 0 ? "unverified" : row.disposition.name)
    json.field("fault", row.fault?.rawValue)
    json.field("have", row.body == .unverified ? nil : row.rule.have)
    json.field("nack", row.body == .unverified ? "unverified" : row.rule.nack.rawValue)
    json.field("in_tail", row.isInTail)
    json.field("first_after_head", row.isFirstAfterHead)
    json.field("in_gap", inspection.isGap(row))
    json.field("changed_meanwhile", row.hasChanged)
    json.field("parent_link", row.link.name)
    json.field("interval", inspection.geometry.interval(of: row.op))
    json.field("expected_checkpoint_id", CheckpointIDs(inspection.superblock)[row.op].map(\.hex))
    json.header("header", row.evidence.validHeader)
    json.header("prepare", row.prepareHeader)
    if payloads.payload != .none { payloads.write(row.prepareHeader, slot: row.slot, to: json) }
  }

  func write(_ statistics: LogStatistics, to json: JSONWriter) {
    json.field("slots", statistics.slots)
    let geometry = inspection.geometry
    let writeSlot = geometry.slot(of: inspection.decision.head.op + 1)
    json.field("write_op", inspection.decision.head.op + 1)
    json.field("write_slot", writeSlot)
    json.field("write_offset", geometry.prepareOffset(slot: writeSlot))
    json.field("checkpoint_op", inspection.superblock.checkpoint.op)
    json.field("checkpoint_slot", geometry.slot(of: inspection.superblock.checkpoint.op))
    json.field("next_checkpoint_op", inspection.nextCheckpointOp)
    json.field("ops_before_back_pressure", inspection.opsBeforeBackPressure)
    json.field("entries", statistics.entries.entries)
    json.field("entry_bytes", statistics.entries.byteCount)
    json.field("first_entry_op", statistics.ops?.lowerBound)
    json.field("last_entry_op", statistics.ops?.upperBound)
    json.field("first_timestamp", statistics.times?.lowerBound)
    json.field("last_timestamp", statistics.times?.upperBound)
    json.field("gap_slots", statistics.gapSlots)
    json.field("broken_links", statistics.brokenLinks)
    json.field("changed_slots", statistics.changedSlots)
    json.object("by_row") {
      for (rule, count) in zip(RecoveryTable.rows, statistics.byRule) where count > 0 { json.field(rule.name, count) }
    }
    json.object("by_disposition") {
      for (disposition, count) in zip(SlotVerdict.Disposition.all, statistics.byDisposition) where count > 0 {
        json.field(disposition.name, count)
      }
    }
    json.array("by_operation") {
      for (number, count) in statistics.byOperation.enumerated() where count.entries > 0 {
        json.object {
          json.field("operation", Operation.name(of: UInt8(number)))
          json.field("entries", count.entries)
          json.field("bytes", count.byteCount)
        }
      }
    }
    json.array("by_client") {
      for (client, count) in statistics.byClient {
        json.object {
          json.field("client", hex: client)
          json.field("entries", count.entries)
          json.field("bytes", count.byteCount)
        }
      }
    }
    json.field("entries_of_other_clients", statistics.otherClients.entries)
  }
}
