internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftOutput

/// What `benchmark wal` says.
struct BenchmarkLogPage {
  static let schema = JSONSchema("mkraft-ctl-benchmark-wal", version: 1)

  let report: LogBenchmark.Report
  let sizing: LogSizingReport

  func render(on console: Console) {
    console.render(BenchmarkLogPage.schema) { json in
      write(to: json)
    } text: { page in
      sizing.write(to: page)
      writeChecks(to: page, on: console)
      writeLoading(to: page, on: console)
      page.leftOut(report.skipped)
    }
  }

  // MARK: JSON

  private func write(to json: JSONWriter) {
    json.field("direct_io", report.isDirect)
    json.key("sizing")
    sizing.write(to: json)
    json.key("pilot")
    if let pilot = report.pilot { write(pilot, to: json) } else { json.null() }
    json.array("stall_checks") { for check in report.checks { write(check, to: json) } }
    json.array("loading") {
      for loading in report.loading {
        json.object {
          json.field("slot_count", loading.geometry.slotCount)
          json.field("message_size", loading.geometry.messageSize)
          json.field("header_ring", loading.result.headers)
          json.field("prepare_headers", loading.result.prepareHeaders)
          json.field("both_rings", loading.result.bodies)
        }
      }
    }
    json.key("restart")
    if let restart = report.restart {
      json.object {
        json.geometry(restart.geometry)
        json.field("restart", restart.rate)
        json.field("device_read_bytes_per_second", restart.bytesPerSecond)
      }
    } else {
      json.null()
    }
    json.field("left_out", report.skipped)
    json.field("exit", ExitCode.sound)
  }

  private func write(_ check: StallCheck, to json: JSONWriter) {
    json.object {
      json.field("slot_count", check.geometry.slotCount)
      json.field("headroom", check.geometry.headroom)
      json.field("checkpoint_interval", check.geometry.checkpointInterval)
      json.field("ops_per_second", check.throughput)
      json.field("ops_per_second_without_stalls", check.rate)
      json.field("ops_per_second_during_checkpoints", check.rateDuring)
      json.field("checkpoints", check.checkpoints)
      json.field("ops_during_checkpoint", check.opsDuring)
      json.field("stalls", check.stalls)
      json.field("stalls_predicted", check.predictedCount)
      json.field("stall_predicted", check.stallIsPredicted)
      json.field("stall_seen", check.stallIsSeen)
      json.field("stall_seconds_predicted", check.predictedStall)
      json.field("stall_seconds_measured", check.measuredStall)
      json.field("verdict", check.verdict.name)
    }
  }

  // MARK: Text

  private func writeChecks(to page: FieldList, on console: Console) {
    page.heading("where it stalls: headrooms around the ops that come during a checkpoint")
    let columns =
      TextColumn.numbers(
        "headroom", "ops/s", "checkpoints", "p50", "ops during", "predicted", "wait", "measured", "wait")
      + [TextColumn("")]
    page.table(columns, on: console) { table in
      for check in [report.pilot].compactMap(\.self) + report.checks {
        table.cell(decimal: UInt64(check.geometry.headroom))
        table.cell(count: check.throughput)
        table.cell(decimal: UInt64(check.checkpoints.count))
        table.cell(Words.time(check.checkpoints.median))
        table.cell(check.opsDuring.map { Words.number($0) } ?? "-")
        table.cell(check.predictedCount.map { "\($0)" } ?? "-")
        table.cell(check.predictedStall.map { Words.time(seconds: $0) } ?? "-")
        table.cell(decimal: UInt64(check.stalls.count))
        table.cell(check.measuredStall.map { Words.time(seconds: $0) } ?? "-")
        table.cell(check.verdict.words, check.verdict.tone)
        table.endRow()
      }
    }
    guard let rate = report.pilot?.rateDuring else { return }
    page.field(
      "predicted", "headroom less a pipeline, at \(Words.number(rate)) ops/s",
      note: "as during the first one's checkpoints; other ops during: the headroom changed rate or duration")
  }

  private func writeLoading(to page: FieldList, on console: Console) {
    guard !report.loading.isEmpty else { return }
    page.heading("loading a full log")
    let columns =
      TextColumn.numbers("slots", "message", "header ring", "headers in entries", "ratio", "both rings", "ratio")
    page.table(columns, on: console) { table in
      for loading in report.loading {
        let headers = loading.result.headers.median
        table.cell(decimal: UInt64(loading.geometry.slotCount))
        table.cell(Words.bytes(Int(loading.geometry.messageSize)))
        table.cell(Words.time(headers))
        table.cell(Words.time(loading.result.prepareHeaders.median))
        table.cell(Words.ratio(loading.result.prepareHeaders.median / headers), .bold)
        table.cell(Words.time(loading.result.bodies.median))
        table.cell(Words.ratio(loading.result.bodies.median / headers), .bold)
        table.endRow()
      }
    }
    if let restart = report.restart {
      page.heading("restart on the last of them")
      page.field(
        "ready after", Words.time(restart.rate.median),
        note: "the device reads \(Words.rate(restart.bytesPerSecond)) in large pieces")
    }
  }
}

extension BenchmarkLogPage {
  private static let check = Shape.object([
    .init("slot_count", .integer), .init("headroom", .integer), .init("checkpoint_interval", .integer),
    .init("ops_per_second", .number), .init("ops_per_second_without_stalls", .number),
    .init("ops_per_second_during_checkpoints", .nullable(.number)), .init("checkpoints", .rate),
    .init("ops_during_checkpoint", .nullable(.number)), .init("stalls", .rate),
    .init("stalls_predicted", .nullable(.integer)), .init("stall_predicted", .nullable(.boolean)),
    .init("stall_seen", .nullable(.boolean)),
    .init("stall_seconds_predicted", .nullable(.number)), .init("stall_seconds_measured", .nullable(.number)),
    .init("verdict", .choice(StallCheck.Verdict.allCases.map(\.name))),
  ])

  static let members: [Shape.Member] = [
    .init("direct_io", .nullable(.boolean)), .init("sizing", LogSizingReport.shape), .init("pilot", .nullable(check)),
    .init("stall_checks", .array(check)),
    .init(
      "loading",
      .array(
        .object([
          .init("slot_count", .integer), .init("message_size", .integer), .init("header_ring", .rate),
          .init("prepare_headers", .rate), .init("both_rings", .rate),
        ]))),
    .init(
      "restart",
      .nullable(
        .object([
          .init("geometry", .geometry), .init("restart", .rate), .init("device_read_bytes_per_second", .number),
        ]))), .init("left_out", .array(.string)), .init("exit", .exit),
  ]
}
