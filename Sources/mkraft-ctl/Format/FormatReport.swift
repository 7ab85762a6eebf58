internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// What `format` says of the file it made, would make, or found.
struct FormatReport {
  static let schema = JSONSchema("mkraft-ctl-format", version: 1)

  enum Outcome {
    case created(FormatResult, Duration)
    /// It was there already.
    case unchanged
    /// `--dry-run`: nothing was written.
    case planned(FormatPlan)
  }

  let path: FilePath
  let superblock: Superblock
  let outcome: Outcome
  /// With `--dry-run`: what the size of the log implies.
  var sizing: LogSizingReport?

  private var geometry: Geometry { superblock.geometry }
  private var result: FormatResult? { if case .created(let result, _) = outcome { result } else { nil } }
  private var elapsed: Duration? { if case .created(_, let elapsed) = outcome { elapsed } else { nil } }
  private var plan: FormatPlan? { if case .planned(let plan) = outcome { plan } else { nil } }

  /// `start` runs a replica of a cluster of one.
  private var next: ShellCommand? {
    guard plan == nil else { return nil }
    let isAlone = superblock.members.voterCount == 1
    return ShellCommand(isAlone ? "start" : "inspect-superblock").path(path.string)
  }

  func render(on console: Console) {
    console.render(FormatReport.schema) { json in
      write(to: json)
    } text: { page in
      write(to: page)
    }
  }

  private func write(to json: JSONWriter) {
    json.field("path", path)
    json.field("changed", result != nil)
    json.field("dry_run", plan != nil)
    json.identity(superblock)
    json.quorums(superblock.quorums)
    json.geometry(geometry)
    json.field("file_size", geometry.fileSizeAtFormat)
    json.field("bytes_to_write", plan?.bytesToWrite)
    json.field("bytes_written", result?.bytesWritten)
    json.field("space", result?.space.rawValue)
    json.field("copy_on_write", result?.copyOnWrite?.rawValue)
    json.field("seconds", elapsed.map { $0 / .seconds(1) })
    json.zones(of: geometry)
    json.object("implies") {
      json.field("body_size_max", geometry.bodySizeMax)
      json.field("ops_after_checkpoint_max", geometry.lastClientOp(after: 0))
      json.field("executable_ops_after_checkpoint_max", geometry.lastExecutableOp(after: 0))
      json.field("file_size_max", geometry.offset(of: .grid) + geometry.byteCount(of: .grid))
    }
    json.key("sizing")
    if let sizing { sizing.write(to: json) } else { json.null() }
    json.field("next", next?.description)
    json.field("exit", ExitCode.sound)
  }

  // MARK: Text

  private func write(to page: FieldList) {
    page.heading("\(headline) \(Escape.text(path.string))")
    page.field("cluster", hex: superblock.cluster)
    page.field("replica", "\(superblock.replica) of \(superblock.members.voterCount)")
    page.field("member", hex: superblock.member)
    page.field("file_id", hex: superblock.fileID, note: plan == nil ? "" : "another one each time")
    page.field("quorums", "\(superblock.quorums.replication) to commit, \(superblock.quorums.election) to elect")
    page.field("size", size(geometry.fileSizeAtFormat))
    if let result, let elapsed {
      page.field("written", size(result.bytesWritten), note: "in \(elapsed.readable)")
      page.field("space", spaceText(result))
    }
    if let plan { page.field("to write", size(plan.bytesToWrite)) }
    if plan != nil { writeGeometry(to: page) }
    sizing?.write(to: page)
    if let next {
      page.heading("next")
      page.field(next.description, "")
    }
  }

  private var headline: String {
    switch outcome {
    case .created: "created"
    case .unchanged: "unchanged, as asked for already:"
    case .planned: "would create"
    }
  }

  private func spaceText(_ result: FormatResult) -> String {
    switch result.space {
    case .written: "written with zeros"
    case .reserved: "reserved, not written: first writes are slow"
    case .unreserved: "neither written nor reserved: the disk can turn out to be full"
    }
  }

  private func writeGeometry(to page: FieldList) {
    page.heading("geometry")
    page.field("io_unit", size(UInt64(geometry.ioUnit)))
    page.field("slot_count", decimal: UInt64(geometry.slotCount))
    page.field("message_size", size(UInt64(geometry.messageSize)), note: "bodies up to \(geometry.bodySizeMax) bytes")
    page.field("pipeline", decimal: UInt64(geometry.pipeline))
    page.field("checkpoint_interval", decimal: UInt64(geometry.checkpointInterval), note: "ops")
    page.field("headroom", decimal: UInt64(geometry.headroom), note: "ops")
    page.field("sessions", decimal: UInt64(geometry.sessions))
    page.field("block_size", size(UInt64(geometry.blockSize)))
    page.field("grid_blocks_max", decimal: geometry.gridBlocksMax)
    page.heading("implies")
    page.field(
      "writes wait", decimal: geometry.lastExecutableOp(after: 0),
      note: "ops after a checkpoint, until the next is durable: interval and headroom")
    page.field("largest file", size(geometry.offset(of: .grid) + geometry.byteCount(of: .grid)))
    page.heading("zones")
    for zone in Zone.allCases {
      page.field(zone.name, "at \(geometry.offset(of: zone))", note: size(geometry.byteCount(of: zone)))
    }
  }

  private func size(_ bytes: UInt64) -> String {
    let readable = ByteCount(bytes).description
    return readable == "\(bytes) B" ? readable : "\(bytes) B (\(readable))"
  }
}
