import MKraftFormat

/// Right checksums with wrong meaning that one file alone cannot show: the field, and why.
enum UndetectableForgeries {
  struct Row {
    let structures: [ForgedStructure]
    let fields: [String]
    let reason: String

    init(_ structures: [ForgedStructure], _ fields: [String], _ reason: String) {
      self.structures = structures
      self.fields = fields
      self.reason = reason
    }
  }

  private static let blockHeaders: [ForgedStructure] = [
    .leafHeader, .innerHeader, .valueHeader, .sessionsHeader, .acquiredHeader, .releasedHeader,
  ]

  static let table: [Row] = [
    Row([.superblock], ["features_compatible"], "an unknown bit is no matter, by definition"),
    Row(
      [.superblock], ["file_id", "lineage", "parent", "sequence", "virgin", "configuration_epoch", "sync_op_max"],
      "all four copies say it, and nothing else in the file does"),
    Row(
      [.superblock], ["term", "voted_for"],
      "a replica may have seen a later term, or not have voted: only other members know"),
    Row([.superblock], ["commit_max"], "a lower bound: the log proves as much, or more"),
    Row(
      [.superblock], ["clean_term"],
      "said twice: the checksum beside it names the entry, and with it the term that counts"),
    Row(
      [.superblock], ["pipeline", "headroom", "grid_blocks_max"],
      "a limit that the file keeps under the other value too"),
    Row(
      [.superblock, .checkpoint, .checkpointHeader, .entry, .head, .reply] + blockHeaders,
      ["release_format", "release", "checkpoint_release"], "names the software that wrote it, and decides nothing"),
    Row(
      [.checkpointHeader],
      [
        "body_checksum", "parent", "request_checksum", "checkpoint_id", "client", "session", "request",
        "configuration_epoch", "size", "operation", "replica",
      ], "of an entry whose effect is in the checkpoint: only its checksum is referred to, by the entry after it"),
    Row(
      [.checkpointHeader, .entry, .head], ["term", "commit", "timestamp"],
      "any value between those of the entries before and after it"),
    Row(
      [.entry, .head], ["request_checksum", "client", "session", "request", "operation", "size"],
      "what was asked for, and by whom: only the client knows, and the log is the first to say"),
    Row(
      [.entry, .head], ["configuration_epoch", "replica"], "who led when it was made, of which only terms are kept"),
    Row(
      [.leafHeader, .innerHeader, .valueHeader], ["birth"], "any interval up to the checkpoint's may have been the one"),
    Row([.valueEntry, .leafEntry, .innerEntry], ["key"], "another key between those before and after it"),
  ]

  /// The row that lists the forgery.
  static func index(of forgery: Forgery) -> Int? {
    table.firstIndex { $0.structures.contains(forgery.structure) && $0.fields.contains(forgery.field.name) }
  }
}
