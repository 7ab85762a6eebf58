internal import MKraftOutput

/// The JSON schema of every command's output: `explain --schema`, committed as `man/schema/mkraft-ctl.json`.
///
/// Shapes stand beside the renderers; whoever adds a document adds it here.
enum PublishedSchema {
  private static let documents: [(schema: JSONSchema, shape: Shape)] = [
    (JSONSchema.error, .error),
    (Versions.schema, Versions.schema.document(Versions.members)),
    (FormatReport.schema, FormatReport.schema.document(FormatReport.members)),
    (StatusPage.schema, StatusPage.schema.document(StatusPage.members)),
    (SuperblockPage.schema, SuperblockPage.schema.document(SuperblockPage.members)),
    (LogDump.schema, LogDump.schema.document(LogDump.members)),
    (LogDump.slotSchema, LogDump.slotSchema.document(LogDump.slotMembers)),
    (LogDump.statisticsSchema, LogDump.statisticsSchema.document(LogDump.statisticsMembers)),
    (VerifyCommand.schema, VerifyCommand.schema.document(VerifiedFile.members)),
    (FollowDump.entrySchema, FollowDump.entrySchema.document(FollowDump.entryMembers)),
    (FollowDump.missedSchema, FollowDump.missedSchema.document(FollowDump.missedMembers)),
    (FollowDump.damagedSchema, FollowDump.damagedSchema.document(FollowDump.damagedMembers)),
    (MapPage.schema, MapPage.schema.document(MapPage.members)),
    (ImageReport.schema, ImageReport.schema.document(ImageReport.members)),
    (DiffPage.schema, DiffPage.schema.document(DiffPage.members)),
    (FindingPage.schema, FindingPage.schema.document(FindingPage.members)),
    (FindingPage.listSchema, FindingPage.listSchema.document(FindingPage.listMembers)),
    (ItemPage.schema, ItemPage.schema.document(ItemPage.members)),
    (HexdumpPage.schema, HexdumpPage.schema.document(HexdumpPage.members)),
    (PlanDocument.schema, PlanDocument.schema.document(PlanDocument.members)),
    (RepairReport.schema, RepairReport.schema.document(RepairReport.members)),
    (RepairVerifyCommand.schema, RepairVerifyCommand.schema.document(RepairVerifyCommand.members)),
    (RecoverCollection.schema, RecoverCollection.schema.document(RecoverCollection.members)),
    (RecoverPlanDocument.schema, RecoverPlanDocument.schema.document(RecoverPlanDocument.members)),
    (RecoverReport.schema, RecoverReport.schema.document(RecoverReport.members)),
    (RecoverVerifyCommand.schema, RecoverVerifyCommand.schema.document(RecoverVerifyCommand.members)),
    (ReadyReport.schema, .either([ReadyReport.schema.document(ReadyReport.members), RefusalReport.shape])),
    (PingReport.schema, PingReport.schema.document(PingReport.members)),
    (KeyValueReport.schema, KeyValueReport.schema.document(KeyValueReport.members)),
    (KeyValueScanRendering.schema, KeyValueScanRendering.schema.document(KeyValueScanRendering.members)),
    (BatchReport.schema, BatchReport.schema.document(BatchReport.members)),
    (DrillReport.schema, DrillReport.schema.document(DrillReport.members)),
    (ScenarioReport.schema, ScenarioReport.schema.document(ScenarioReport.members)),
    (ScenarioList.schema, ScenarioList.schema.document(ScenarioList.members)),
    (BenchmarkReplicaPage.schema, BenchmarkReplicaPage.schema.document(BenchmarkReplicaPage.members)),
    (BenchmarkSuperblockPage.schema, BenchmarkSuperblockPage.schema.document(BenchmarkSuperblockPage.members)),
    (BenchmarkLogPage.schema, BenchmarkLogPage.schema.document(BenchmarkLogPage.members)),
  ]

  /// Writes the whole of it, one pretty document.
  static func write(to sink: ByteSink) {
    let json = JSONWriter(sink, layout: .pretty)
    json.object {
      json.field("$schema", "https://json-schema.org/draft/2020-12/schema")
      json.field("$id", "mkraft-ctl")
      json.field("title", "What mkraft-ctl writes with --output json and --output ndjson")
      json.field(
        "$comment",
        "Made by mkraft-ctl explain --schema. The definitions state what this release writes, exactly; readers should pass over "
          + "members that they do not know, for later releases may add some.")
      json.array("oneOf") { for document in documents { Shape.named(document.schema.name).write(to: json) } }
      json.object("$defs") {
        for part in Shape.shared {
          json.key(part.name)
          part.shape.write(to: json)
        }
        for document in documents {
          json.key(document.schema.name)
          document.shape.write(to: json)
        }
      }
    }
  }
}
