internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftOutput

/// What `benchmark replica` says.
struct BenchmarkReplicaPage {
  static let schema = JSONSchema("mkraft-ctl-benchmark", version: 1)

  let report: ReplicaBenchmark.Report

  func render(on console: Console) {
    console.render(BenchmarkReplicaPage.schema) { json in
      write(to: json)
    } text: { page in
      writeDevice(to: page, on: console)
      writeLoads(to: page, on: console)
      writeFull(to: page)
      page.leftOut(report.skipped)
    }
  }

  // MARK: JSON

  private func write(to json: JSONWriter) {
    json.field("direct_io", report.isDirect)
    json.array("device") {
      for row in report.device {
        json.object {
          json.field("work", row.work.name)
          json.field("byte_count", row.work.byteCount)
          json.field("depth", row.depth)
          json.field("rate", row.rate)
          json.field("bytes_per_second", row.bytesPerSecond)
        }
      }
    }
    json.array("loads") { for load in report.loads { write(load, to: json) } }
    json.key("full_log")
    if let full = report.full { write(full, to: json) } else { json.null() }
    json.field("left_out", report.skipped)
    json.field("exit", ExitCode.sound)
  }

  private func write(_ load: ReplicaBenchmark.Load, to json: JSONWriter) {
    json.object {
      json.field("clients", load.cell.clients)
      json.field("batch_size", load.cell.shape.batch)
      json.field("value_size", load.cell.shape.valueSize)
      json.field("entry_byte_count", load.cell.shape.entryByteCount)
      json.geometry(load.geometry)
      json.field("requests", load.result.seen)
      json.field("requests_inside", load.result.inside)
      json.field("values_per_second", load.valuesPerSecond)
      json.field("device_pairs", load.device)
      json.field("device_depth", load.deviceDepth)
      json.field("rate_to_device", load.rateRatio)
      json.field("latency_to_device", load.latencyRatio)
      json.field("header_writes_per_op", load.result.headerWritesPerOp)
      json.field("checkpoints", load.result.checkpoints)
      json.field("stalls", load.result.stalls)
      json.field("user_us_per_request", load.result.userTime)
      json.field("system_us_per_request", load.result.systemTime)
    }
  }

  private func write(_ full: ReplicaBenchmark.Full, to json: JSONWriter) {
    json.object {
      json.geometry(full.geometry)
      json.field("device_read_bytes_per_second", full.bytesPerSecond)
      json.field("restart", full.restart)
      json.field("restart_limit_seconds", full.restartLimit)
      json.field("verified_byte_count", full.verify?.byteCount)
      json.field("verify_seconds", full.verify?.seconds)
      json.field("verify_bytes_per_second", full.verify?.bytesPerSecond)
      json.field("verify_is_sound", full.verify?.isSound)
    }
  }

  // MARK: Text

  private func writeDevice(to page: FieldList, on console: Console) {
    page.heading("device\(report.isDirect ? "" : " (no direct I/O here: reads come from the page cache)")")
    let columns = [TextColumn("work")] + TextColumn.numbers("size", "depth") + TextColumn.rate
    page.table(columns + TextColumn.numbers("bytes"), on: console) { table in
      for row in report.device {
        table.cell(row.work.name)
        table.cell(Words.bytes(row.work.byteCount))
        table.cell(decimal: UInt64(row.depth))
        table.cells(row.rate)
        table.cell(Words.rate(row.bytesPerSecond))
        table.endRow()
      }
    }
  }

  private func writeLoads(to page: FieldList, on console: Console) {
    page.heading("replica, its clients on loopback, beside the device's ordered pairs of the same bytes")
    let columns =
      TextColumn.numbers("clients", "batch", "value") + TextColumn.rate
      + TextColumn.numbers("values/s", "device/s", "ratio", "p50", "ratio")
    page.table(columns, on: console) { table in
      for load in report.loads {
        table.cell(decimal: UInt64(load.cell.clients))
        table.cell(decimal: UInt64(load.cell.shape.batch))
        table.cell(Words.bytes(load.cell.shape.valueSize))
        table.cells(load.result.seen)
        table.cell(count: load.valuesPerSecond)
        table.cell(count: load.device.perSecond, .dim)
        table.cell(Words.ratio(load.rateRatio), .bold)
        table.cell(Words.time(load.device.median), .dim)
        table.cell(Words.ratio(load.latencyRatio), .bold)
        table.endRow()
      }
    }
    page.field(
      "closed loop", "clients wait for answers",
      note: "what a slow answer holds up meanwhile is in no latency (coordinated omission)")
    page.field(
      "ratios", "replica to device",
      note: "one after the other; pairs at once are as many as clients, \(Geometry.defaultPipeline) at most: "
        + "with more clients p50 holds their wait in line")
  }

  private func writeFull(to page: FieldList) {
    guard let full = report.full else { return }
    let geometry = full.geometry
    page.heading("a full log of \(geometry.slotCount) slots of \(Words.bytes(Int(geometry.messageSize)))")
    if let rate = full.bytesPerSecond { page.field("device reads", Words.rate(rate), note: "in large pieces") }
    if let restart = full.restart {
      var note = "until it takes requests, the middling of \(restart.count)"
      if let limit = full.restartLimit {
        note +=
          "; reading the ring takes \(Words.time(seconds: limit)), ratio "
          + Words.ratio(restart.median / 1e6 / limit)
      }
      page.field("restart", Words.time(restart.median), note: note)
    }
    if let verify = full.verify {
      var note = "\(ByteCount(verify.byteCount)) in \(Words.time(seconds: verify.seconds))"
      if let limit = full.bytesPerSecond {
        note += ", ratio to the device's reads \(Words.ratio(verify.bytesPerSecond / limit))"
      }
      if !verify.isSound { note += "; and something was found: this is a fault of the tool or of the disk" }
      page.field("verify", Words.rate(verify.bytesPerSecond), note: note, verify.isSound ? .plain : .red)
    }
  }
}

extension FieldList {
  /// A table under the heading written last.
  func table(_ columns: [TextColumn], on console: Console, _ rows: (TextTable) -> Void) {
    finish()
    let table = TextTable(columns, to: console.out, style: console.style, indent: 2)
    rows(table)
    table.finish()
  }

  /// What had no time or no space.
  func leftOut(_ names: [String]) {
    guard !names.isEmpty else { return }
    heading("left out, with a larger --time-limit or --space it is measured")
    for name in names { field(name, "") }
  }
}
