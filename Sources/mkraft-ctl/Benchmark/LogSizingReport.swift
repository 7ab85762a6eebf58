internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftOutput

/// What a log's size implies, and what would be better: a part of `format --dry-run` and of `benchmark wal`.
struct LogSizingReport {
  let asked: LogFigures
  let advice: LogAdvice

  init(_ geometry: Geometry, _ conditions: LogConditions, budget: UInt64?) {
    asked = LogFigures(geometry, conditions)
    advice = LogAdvice.on(geometry, conditions, budget: budget)
  }

  private var advised: LogFigures? {
    if case .geometry(let geometry) = advice { LogFigures(geometry, asked.conditions) } else { nil }
  }

  /// The options of `format` that make the advised log.
  private var options: String? {
    advised.map { GeometryOptions.words(for: $0.geometry) }
  }

  private var sentence: String {
    switch advice {
    case .asAsked: "nothing better under these conditions"
    case .checkpointUnknown:
      "none: how long a checkpoint takes is not known; 'benchmark wal' measures it, with time to see one"
    case .rateUnknown: "none: the rate is not known; --rate says it"
    case .geometry: options ?? ""
    case .moreSlots(let count): "at least \(count) slots: fewer stall at this rate whatever their headroom"
    case .budgetTooSmall: "a larger --wal-budget: it holds fewer slots than a log has at least"
    case .impossible: "shorter checkpoints or less load: no log takes this rate without stalls"
    }
  }

  // MARK: JSON

  func write(to json: JSONWriter) {
    json.object {
      json.field("ops_per_second", asked.conditions.rate)
      json.field("checkpoint_seconds", asked.conditions.checkpoint)
      json.field("read_bytes_per_second", asked.conditions.bytesPerSecond)
      json.key("asked")
      write(asked, to: json)
      json.field("advice", advice.name)
      json.field("advice_words", sentence)
      json.key("advised")
      if let advised { write(advised, to: json) } else { json.null() }
    }
  }

  private func write(_ figures: LogFigures, to json: JSONWriter) {
    json.object {
      json.field("slot_count", figures.geometry.slotCount)
      json.field("message_size", figures.geometry.messageSize)
      json.field("pipeline", figures.geometry.pipeline)
      json.field("headroom", figures.geometry.headroom)
      json.field("checkpoint_interval", figures.geometry.checkpointInterval)
      json.field("ring_byte_count", figures.ringByteCount)
      json.field("header_ring_share", figures.headerShare)
      json.field("checkpoints_per_million_ops", figures.checkpointsPerMillionOps)
      json.field("seconds_between_checkpoints", figures.period)
      json.field("stall_ops_per_second", figures.stallRate)
      json.field("stall_free_ops_per_second_max", figures.stallFreeRateMax)
      json.field("stall_seconds_per_checkpoint", figures.stall)
      json.field("throughput_factor", figures.throughputFactor)
      json.field("restart_byte_count", figures.restartByteCount)
      json.field("ring_read_seconds", figures.ringReading)
    }
  }

  private static let figures = Shape.object([
    .init("slot_count", .integer), .init("message_size", .integer), .init("pipeline", .integer),
    .init("headroom", .integer), .init("checkpoint_interval", .integer), .init("ring_byte_count", .decimal),
    .init("header_ring_share", .number), .init("checkpoints_per_million_ops", .number),
    .init("seconds_between_checkpoints", .nullable(.number)), .init("stall_ops_per_second", .nullable(.number)),
    .init("stall_free_ops_per_second_max", .nullable(.number)),
    .init("stall_seconds_per_checkpoint", .nullable(.number)), .init("throughput_factor", .nullable(.number)),
    .init("restart_byte_count", .decimal), .init("ring_read_seconds", .nullable(.number)),
  ])

  static let shape = Shape.object([
    .init("ops_per_second", .nullable(.number)), .init("checkpoint_seconds", .nullable(.number)),
    .init("read_bytes_per_second", .nullable(.number)), .init("asked", figures),
    .init("advice", .choice(LogAdvice.names)), .init("advice_words", .string), .init("advised", .nullable(figures)),
  ])

  // MARK: Text

  func write(to page: FieldList) {
    page.heading("sizing of the log")
    if let rate = asked.conditions.rate {
      page.field("load", "\(Words.number(rate)) ops/s", note: "at most, in bursts")
    }
    write(asked, to: page)
    guard let advised else { return page.field("advice", sentence) }
    page.heading("advice: \(sentence)")
    write(advised, to: page)
  }

  private func write(_ figures: LogFigures, to page: FieldList) {
    let geometry = figures.geometry
    page.field(
      "slots", decimal: UInt64(geometry.slotCount), note: "both rings take \(ByteCount(figures.ringByteCount))")
    page.field(
      "header ring", Words.number(figures.headerShare * 100) + " %",
      note: "of both: it has as many slots, and no share makes checkpoints rarer")
    page.field(
      "checkpoints", Words.number(figures.checkpointsPerMillionOps),
      note: "per million ops: one every \(geometry.checkpointInterval)"
        + (figures.period.map { ", \(Words.time(seconds: $0)) at this rate" } ?? ""))
    if let rate = figures.stallRate, let tau = figures.conditions.checkpoint {
      page.field(
        "writers stall", rate > 0 ? "above \(Words.number(rate)) ops/s" : "at every checkpoint",
        note: "\(Words.number(figures.sureHeadroom)) ops, the headroom less a pipeline, in "
          + "\(Words.time(seconds: tau)) of a checkpoint")
    }
    if let most = figures.stallFreeRateMax {
      page.field("at best", "\(Words.number(most)) ops/s", note: "with the best headroom for so many slots")
    }
    if let stall = figures.stall, let factor = figures.throughputFactor {
      page.field(
        "at this rate", stall > 0 ? "\(Words.time(seconds: stall)) of stall" : "no stall",
        note: stall > 0 ? "at each checkpoint: \(Words.number(factor * 100)) % of the rate are left" : "",
        stall > 0 ? .yellow : .green)
    }
    page.field(
      "restart", figures.ringReading.map { Words.time(seconds: $0) } ?? ByteCount(figures.restartByteCount).description,
      note: "to read a full ring; executing the ops behind the checkpoint comes on top")
  }
}

extension LogAdvice {
  /// A short name, stable for scripts.
  var name: String {
    switch self {
    case .asAsked: "as-asked"
    case .checkpointUnknown: "checkpoint-unknown"
    case .rateUnknown: "rate-unknown"
    case .geometry: "geometry"
    case .moreSlots: "more-slots"
    case .budgetTooSmall: "budget-too-small"
    case .impossible: "impossible"
    }
  }

  static let names = [
    "as-asked", "checkpoint-unknown", "rate-unknown", "geometry", "more-slots", "budget-too-small", "impossible",
  ]
}
