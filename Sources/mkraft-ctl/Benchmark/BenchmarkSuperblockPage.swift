internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftOutput

/// What `benchmark superblock` says.
struct BenchmarkSuperblockPage {
  static let schema = JSONSchema("mkraft-ctl-benchmark-superblock", version: 1)

  let report: SuperblockBenchmark.Report

  func render(on console: Console) {
    console.render(BenchmarkSuperblockPage.schema) { json in
      write(to: json)
    } text: { page in
      writeUpdate(to: page)
      writeRows(to: page, on: console)
      page.leftOut(report.skipped)
    }
  }

  private func write(to json: JSONWriter) {
    json.field("direct_io", report.isDirect)
    json.geometry(report.geometry)
    json.field("entry_byte_count", report.byteCount)
    json.field("copy_write", report.write)
    json.field("copy_read", report.read)
    json.field("superblock_update", report.superblock)
    json.field("superblock_update_by_formula_us", report.updateByFormula)
    json.field("file_update", report.file)
    json.array("rows") {
      for row in report.rows {
        json.object {
          json.field("writers", row.writers)
          json.field("metadata", row.policy.name)
          json.field("every_ops", row.policy.every)
          json.field("appends", row.result.appends)
          json.field("updates", row.result.updates)
          json.field("metadata_bytes_per_op", row.result.bytesPerOp)
          json.field("metadata_flushes_per_op", row.result.flushesPerOp)
          json.field("rate_without", report.rate(without: row))
          json.field("rate_predicted", report.predicted(row))
        }
      }
    }
    json.field("left_out", report.skipped)
    json.field("exit", ExitCode.sound)
  }

  private func writeUpdate(to page: FieldList) {
    page.heading("an update alone\(report.isDirect ? "" : " (no direct I/O here: reads come from the page cache)")")
    if let superblock = report.superblock {
      var note = "p50 \(Words.time(superblock.median)), p99 \(Words.time(superblock.p99))"
      if let formula = report.updateByFormula { note += "; 4 t_w + 4 t_r = \(Words.time(formula))" }
      page.field("superblock", Words.time(superblock.mean), note: note)
    }
    if let file = report.file {
      page.field(
        "small file", Words.time(file.mean),
        note: "p50 \(Words.time(file.median)), p99 \(Words.time(file.p99)); written, synced, renamed, directory synced")
    }
  }

  private func writeRows(to page: FieldList, on console: Console) {
    page.heading(
      "ordered durable appends of \(Words.bytes(report.byteCount)), "
        + "a checkpoint every \(report.geometry.checkpointInterval) ops")
    let columns =
      TextColumn.numbers("writers") + [TextColumn("metadata")] + TextColumn.numbers("every") + TextColumn.rate
      + TextColumn.numbers("change", "predicted", "bytes/op", "flushes/op")
    page.table(columns, on: console) { table in
      for row in report.rows {
        table.cell(decimal: UInt64(row.writers))
        table.cell(row.policy.name)
        table.cell(row.policy.every.map { $0 == 1 ? "op" : "\($0) ops" } ?? "")
        table.cells(row.result.appends)
        let without = row.policy.every == nil ? nil : report.rate(without: row)
        table.cell(without.map { Words.change(row.result.appends.perSecond, from: $0) } ?? "", .bold)
        table.cell(without.flatMap { rate in report.predicted(row).map { Words.change($0, from: rate) } } ?? "")
        table.cell(count: row.result.bytesPerOp)
        table.cell(count: row.result.flushesPerOp)
        table.endRow()
      }
    }
  }
}

extension BenchmarkSuperblockPage {
  static let members: [Shape.Member] = [
    .init("direct_io", .boolean), .init("geometry", .geometry), .init("entry_byte_count", .integer),
    .init("copy_write", .nullable(.rate)), .init("copy_read", .nullable(.rate)),
    .init("superblock_update", .nullable(.rate)), .init("superblock_update_by_formula_us", .nullable(.number)),
    .init("file_update", .nullable(.rate)),
    .init(
      "rows",
      .array(
        .object([
          .init("writers", .integer), .init("metadata", .choice(MetadataPolicy.names)),
          .init("every_ops", .nullable(.integer)), .init("appends", .rate), .init("updates", .rate),
          .init("metadata_bytes_per_op", .number), .init("metadata_flushes_per_op", .number),
          .init("rate_without", .nullable(.number)), .init("rate_predicted", .nullable(.number)),
        ]))), .init("left_out", .array(.string)), .init("exit", .exit),
  ]
}
