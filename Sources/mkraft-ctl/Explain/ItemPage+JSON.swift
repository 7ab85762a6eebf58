internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension ItemPage {
  func write(to json: JSONWriter) {
    json.file(file)
    if let superblock = explanation.superblock { json.identity(superblock) }
    json.field("item", title)
    json.array("structures") {
      for (target, range) in explanation.structures {
        json.object {
          json.field("name", target.title)
          json.field("offset", range.lowerBound)
          json.field("byte_count", range.count)
        }
      }
    }
    writeDetail(to: json)
    json.field("reasons", explanation.reasons)
    json.array("findings") {
      for finding in explanation.findings { json.finding(finding, startRefused: isStartRefused) }
    }
    json.field("other_findings", explanation.otherCount)
    json.field("advice", nextWords)
    json.field("next", next?.description)
    json.field("scope", [title])
    json.field("exit", explanation.exitCode)
  }

  private func writeDetail(to json: JSONWriter) {
    switch explanation.detail {
    case .superblock(let inspection, let place):
      let page = SuperblockPage(
        file: file, inspection: inspection, selections: [], explains: false, wantsRaw: false, findings: [])
      json.key("superblock")
      page.writePlace(place, to: json)
    case .slot(let slot):
      let dump = LogDump(
        file: file, inspection: slot.inspection, filter: LogFilter(), payload: .none, wantsStatistics: false,
        isVerbose: false)
      json.object("slot") { dump.write(slot.row, to: json) }
    case .reply(let reply): json.object("reply") { write(reply, to: json) }
    case .block(let block): json.object("block") { write(block, to: json) }
    }
  }

  private func write(_ reply: ReplyExplanation, to json: JSONWriter) {
    json.field("slot", reply.slot)
    json.field("state", reply.header?.kind.name)
    json.field("defect", reply.defect)
    json.field("checksum", hex: reply.header?.checksum)
    json.field("expected", hex: reply.record?.replyChecksum)
    json.field("client", hex: reply.record?.client)
    json.field("op", reply.record?.op)
    json.field("request", reply.record?.request)
    json.field("sessions_readable", reply.isTableReadable)
  }

  private func write(_ block: BlockExplanation, to json: JSONWriter) {
    json.field("block", block.address)
    json.field("use", block.use.rawValue)
    json.field("checkpoint", block.checkpoint)
    json.field("blocks", block.blockCount)
    json.field("type", block.header?.typeName)
    json.field("birth", block.header?.birth)
    json.field("size", block.header?.size)
    json.field("checksum", hex: block.header?.checksum)
    json.field("defect", block.defect)
    guard let referrer = block.referrer else { return json.field("referrer", nil as String?) }
    json.object("referrer") {
      json.field("block", referrer.block)
      json.field("expected", hex: referrer.expected)
      json.key("key_hex")
      if let key = referrer.key { json.hex(key.span) } else { json.null() }
      json.key("keys_from_hex")
      if let keys = referrer.keys { json.hex(keys.lower.span) } else { json.null() }
      json.key("keys_below_hex")
      if let keys = referrer.keys, !keys.upper.isEmpty { json.hex(keys.upper.span) } else { json.null() }
    }
  }
}
