internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

extension LogDump {
  static let members: [Shape.Member] =
    .file + [
      .init("identity", .nullable(.identity)), .init("supplied", .nullable(.supplied)),
      .init("scope", .array(.string)), .init("exit", .exit), .init("repair", .repair),
      .init(
        "superblock",
        .object([
          .init("sequence", .nullable(.decimal)), .init("offset", .nullable(.decimal)),
          .init("is_quorums_choice", .boolean),
          .init("refusal", .nullable(.string)),
        ])), .init("log", log), .init("findings", .array(.finding)),
      // In NDJSON they are documents of their own.
      .optional("slots", .array(.object(slotMembers))), .optional("statistics", .object(statisticsMembers)),
    ]

  private static let log = Shape.object([
    .init("slot_count", .integer), .init("checkpoint_op", .decimal), .init("checkpoint", .decimal),
    .init("checkpoint_id", .identifier), .init("checkpoint_parent_id", .identifier),
    .init("checkpoint_interval", .integer), .init("next_checkpoint_op", .decimal),
    .init("last_executable_op", .decimal), .init("last_preparable_op", .decimal), .init("first_op", .decimal),
    .init("last_op", .decimal), .init("head_op", .decimal), .init("head_term", .decimal),
    .init("head_checksum", .identifier), .init("end", .string), .init("tail_start_op", .nullable(.decimal)),
    .init("commit_max", .decimal), .init("proven_op", .decimal), .init("ops_before_back_pressure", .decimal),
    .init("reply_ahead_op", .nullable(.decimal)), .init("reply_ahead_slot", .nullable(.integer)),
    .init("serves_alone", .boolean), .init("fault_count", .integer), .init("bodies_verified", .integer),
    .init("bodies_unverified", .integer), .init("is_conditional", .boolean),
  ])

  static let slotMembers: [Shape.Member] = [
    .init("op", .decimal), .init("slot", .integer), .init("header_state", .string), .init("prepare_state", .string),
    .init("header_defect", .nullable(.string)), .init("prepare_defect", .nullable(.string)),
    .init("body", .choice(LogRow.Body.allCases.map(\.rawValue))),
    .init("row", .choice(RecoveryTable.rows.map(\.name))), .init("reason", .string), .init("decision", .string),
    .init("decision_if_body_right", .string), .init("decision_of_several", .string), .init("disposition", .string),
    .init("fault", .nullable(.choice(JournalFault.Kind.allCases.map(\.rawValue)))),
    .init("have", .nullable(.boolean)), .init("nack", .string), .init("in_tail", .boolean),
    .init("first_after_head", .boolean), .init("in_gap", .boolean), .init("changed_meanwhile", .boolean),
    .init("parent_link", .string),
    .init("interval", .decimal), .init("expected_checkpoint_id", .nullable(.string)),
    .init("header", .nullable(header)), .init("prepare", .nullable(header)), .optional("payload", .nullable(payload)),
  ]

  static let header = Shape.object([
    .init("kind", .string), .init("op", .decimal), .init("term", .decimal), .init("commit", .decimal),
    .init("operation", .string), .init("operation_number", .integer), .init("client", .identifier),
    .init("session", .decimal), .init("request", .decimal), .init("size", .integer), .init("timestamp", .decimal),
    .init("replica", .integer), .init("release", .integer), .init("configuration_epoch", .decimal),
    .init("checksum", .identifier), .init("parent", .identifier), .init("body_checksum", .identifier),
    .init("request_checksum", .identifier), .init("checkpoint_id", .identifier),
  ])

  static let payload = Shape.object([
    .init("byte_count", .integer), .init("matches_header", .boolean), .init("redacted", .boolean),
    .optional("checksum", .identifier),
    .optional("hex", .hexadecimal), .optional("is_whole", .boolean), .optional("event_count", .integer),
    .optional("events", .nullable(.array(event))), .optional("defect", .string),
  ])

  private static let event = Shape.object([
    .init("event", .string), .init("key", excerpt), .optional("value", excerpt), .optional("expected", excerpt),
    .optional("end", excerpt), .optional("limit", .integer),
  ])

  private static let excerpt = Shape.object([
    .init("text", .string), .init("hex", .hexadecimal), .init("byte_count", .integer), .init("is_whole", .boolean),
  ])

  static let statisticsMembers: [Shape.Member] = [
    .init("slots", .integer), .init("write_op", .decimal), .init("write_slot", .integer),
    .init("write_offset", .decimal), .init("checkpoint_op", .decimal), .init("checkpoint_slot", .integer),
    .init("next_checkpoint_op", .decimal), .init("ops_before_back_pressure", .decimal), .init("entries", .integer),
    .init("entry_bytes", .decimal), .init("first_entry_op", .nullable(.decimal)),
    .init("last_entry_op", .nullable(.decimal)), .init("first_timestamp", .nullable(.decimal)),
    .init("last_timestamp", .nullable(.decimal)), .init("gap_slots", .integer), .init("broken_links", .integer),
    .init("changed_slots", .integer), .init("by_row", .map(.integer)),
    .init("by_disposition", .map(.integer)),
    .init("by_operation", .array(count(.init("operation", .string)))),
    .init("by_client", .array(count(.init("client", .identifier)))), .init("entries_of_other_clients", .integer),
  ]

  private static func count(_ whose: Shape.Member) -> Shape {
    .object([whose, .init("entries", .integer), .init("bytes", .decimal)])
  }
}
