internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension SuperblockPage {
  func write(to json: JSONWriter) {
    json.file(file)
    if let superblock = inspection.representative { json.identity(superblock) }
    json.field("scope", ["superblocks"])
    json.field("exit", exitCode)
    json.repair(inspection.mark)
    writeDecision(to: json)
    writeCheckpoint(to: json)
    json.field("scanned", inspection.survey.isScan)
    json.field("geometry_certain", inspection.isGeometryCertain)
    json.field("geometry_from", inspection.geometryOrigin?.name)
    json.array("places") { for index in inspection.places.indices { writePlace(index, to: json) } }
    json.field("places_complete", !inspection.isStrayLimitReached)
    json.array("comparisons") {
      for selection in selections {
        json.object {
          json.field("places", selection)
          json.array("fields") { for compared in inspection.compare(selection) { write(compared, to: json) } }
        }
      }
    }
    json.array("invariants") {
      for check in inspection.invariants(Array(inspection.places.indices)) {
        json.object {
          json.field("name", check.invariant.name)
          json.field("statement", check.invariant.statement)
          json.field("holds", check.holds)
          json.field("broken_in", check.brokenIn)
          json.field("values_of_place", check.shown)
          json.object("values") {
            for compared in check.values {
              json.key(compared.name)
              compared.value.write(to: json, size: compared.size)
            }
          }
        }
      }
    }
    let isRefused = inspection.isStartRefused
    json.array("findings") { for finding in findings { json.finding(finding, startRefused: isRefused) } }
  }

  private func writeDecision(to json: JSONWriter) {
    let decision = inspection.decision
    json.object("decision") {
      switch decision.outcome {
      case .success(let chosen):
        json.field("outcome", "opened")
        json.field("sequence", chosen.sequence as UInt64?)
        json.field("checksum", hex: chosen.checksum)
      case .failure(let refusal):
        json.field("outcome", refusal.name)
        json.field("sequence", nil as UInt64?)
        json.field("checksum", hex: nil)
      }
      json.field("reason", inspection.reason)
      json.field("read_only", decision.isReadOnly)
      json.field("copies_to_write", decision.repairs)
    }
  }

  /// What the checkpoint's fields come to.
  private func writeCheckpoint(to json: JSONWriter) {
    guard let superblock = inspection.representative else { return json.field("checkpoint", nil as String?) }
    let state = superblock.checkpoint
    json.object("checkpoint") {
      json.field("number", superblock.geometry.interval(of: state.op))
      json.field("op", state.op)
      json.field("id", hex: state.id)
      json.field("reachable", state.reachableCount)
      json.field("blocks", superblock.geometry.blockCount(fileSize: state.storageSize))
    }
  }

  func writePlace(_ index: Int, to json: JSONWriter) {
    let place = inspection.places[index]
    json.object {
      json.field("place", index)
      json.field("offset", place.offset)
      json.field("home_of_copy", place.home)
      json.field("state", place.state.rawValue)
      json.field("defect", place.defect)
      json.field("reason", place.reason)
      json.field("copy", place.superblock?.copy)
      json.field("sequence", place.superblock?.sequence)
      json.field("checksum", hex: place.superblock?.checksum)
      json.field("parent", hex: place.superblock?.parent)
      if wantsRaw, let bytes = place.bytes { json.field("raw", hex: bytes.span) }
    }
  }

  private func write(_ compared: FieldComparison, to json: JSONWriter) {
    let field = compared.field
    json.object {
      json.field("name", field.name)
      json.field("section", field.section.rawValue)
      json.field("offset", field.offset)
      json.field("size", field.size)
      json.field("agreed", compared.isAgreed)
      json.array("values") {
        for variant in compared.variants {
          json.object {
            json.key("value")
            variant.value.write(to: json, size: field.size)
            if case .named(_, let name) = variant.value { json.field("name", name) }
            json.field("places", variant.holders)
          }
        }
      }
      if explains {
        json.field("meaning", field.meaning)
        json.field("defends_against", field.defense)
      }
    }
  }
}
