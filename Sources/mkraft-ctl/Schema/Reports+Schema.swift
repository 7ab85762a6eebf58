internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension Versions {
  static let members: [Shape.Member] = [
    .init("commit", .string), .init("data_file_format", .integer), .init("protocol", .integer),
  ]
}

extension FormatReport {
  static let members: [Shape.Member] = [
    .init("path", .string), .init("changed", .boolean), .init("dry_run", .boolean), .init("identity", .identity),
    .init("quorum_replication", .integer), .init("quorum_election", .integer), .init("geometry", .geometry),
    .init("file_size", .decimal), .init("bytes_to_write", .nullable(.decimal)),
    .init("bytes_written", .nullable(.decimal)), .init("space", .nullable(.string)),
    .init("copy_on_write", .nullable(.string)), .init("seconds", .nullable(.number)),
    .init(
      "zones",
      .array(.object([.init("name", Shape.zone), .init("offset", .decimal), .init("byte_count", .decimal)]))),
    .init(
      "implies",
      .object([
        .init("body_size_max", .integer), .init("ops_after_checkpoint_max", .decimal),
        .init("executable_ops_after_checkpoint_max", .decimal), .init("file_size_max", .decimal),
      ])), .init("sizing", .nullable(LogSizingReport.shape)), .init("next", .nullable(.string)), .init("exit", .exit),
  ]
}

extension Shape {
  /// As `JSONWriter.geometry` writes it.
  static let geometry = Shape.object([
    .init("io_unit", .integer), .init("slot_count", .integer), .init("message_size", .integer),
    .init("pipeline", .integer), .init("checkpoint_interval", .integer), .init("headroom", .integer),
    .init("sessions", .integer), .init("block_size", .integer), .init("grid_blocks_max", .decimal),
  ])
}

extension ReadyReport {
  static let members: [Shape.Member] = [
    .init("event", .choice(["ready"])), .init("address", .string), .init("host", .string), .init("port", .integer),
    .init("pid", .integer), .init("identity", .identity), .init("term", .nullable(.decimal)),
    .init("head", .nullable(.decimal)), .init("commit", .nullable(.decimal)), .init("role", .nullable(.string)),
    .init("message_size", .integer), .init("io", .string), .init("finding_count", .integer),
    .init("findings", .array(.finding)),
  ]
}

extension RefusalReport {
  static let shape = ReadyReport.schema.document([
    .init("event", .choice(["refused"])), .init("path", .string), .optional("identity", .identity),
    .init("exit", .exit), .init("refusal", .string), .init("reason", .string), .init("finding_count", .integer),
    .init("findings", .array(.finding)), .init("next", .nullable(.string)),
  ])
}

extension PingReport {
  static let members: [Shape.Member] = [
    .init("address", .string), .init("cluster", .identifier), .init("replica", .integer), .init("role", .string),
    .init("leader", .nullable(.integer)), .init("term", .decimal), .init("head", .decimal), .init("commit", .decimal),
    .init("message_size", .integer), .init("release", .integer), .init("timestamp", .decimal),
    .init("count", .integer),
    .init(
      "round_trip_seconds", .object([.init("min", .number), .init("median", .number), .init("max", .number)])),
    .init("exit", .exit),
  ]
}

extension DrillReport {
  static let members: [Shape.Member] =
    [
      .init("seed", .decimal), .optional("identity", .identity), .init("sessions", .integer),
      .init("connections", .integer), .init("acknowledged", .integer), .init("kills", .integer),
      .init("kills_with_requests_in_flight", .integer), .init("kills_while_starting", .integer),
      .init("requests_in_flight_at_kills", .integer), .init("retried", .integer),
      .init("answered_from_session", .integer), .init("executed_when_retried", .integer),
    ] + DrillFault.Kind.allCases.map { .init($0.rawValue, .integer) } + [
      .init("puts_verified", .integer), .init("log_entries_verified", .integer), .init("wraps", .integer),
      .init("checkpoints", .integer), .init("restarts", .integer), .init("worst_restart_seconds", .number),
      .init("seconds", .number), .init("phase_seconds", .map(.number)), .init("faults", .array(fault)),
      .init("steps", .array(step)), .init("reason", .nullable(.string)), .init("scratch", .nullable(.string)),
      .init("path", .nullable(.string)), .init("exit", .exit),
    ]

  private static let fault = Shape.object([
    .init("fault", .choice(DrillFault.Kind.allCases.map(\.rawValue))), .init("key", .string),
    .init("op", .nullable(.decimal)), .init("life", .integer), .init("detail", .string),
  ])

  private static let step = Shape.object([
    .init("step", .choice(DrillAccount.Phase.allCases.map(\.rawValue))), .init("what", .string),
    .init("at_seconds", .number), .init("seconds", .number),
  ])
}
