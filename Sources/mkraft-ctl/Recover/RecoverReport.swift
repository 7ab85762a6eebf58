internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// What was made, and the verdict on it.
struct RecoverReport {
  static let schema = JSONSchema("mkraft-ctl-recover", version: 1)

  let plan: RecoverPlan
  let path: FilePath
  let report: VerificationReport

  func render(on console: Console) {
    console.render(RecoverReport.schema) { json in
      json.field("path", path)
      json.field("plan_checksum", hex: plan.checksum)
      json.field("head_op", plan.head.op)
      json.field("lineage", hex: report.superblock?.lineage)
      json.array("lost") { for typed in plan.acceptances { json.string(typed) } }
      json.verification(report)
      json.field("next", next.description)
    } text: { page in
      page.heading("recovered, and verified: \(Escape.text(path.string))")
      page.verdict(report)
      page.field("ops", "up to \(plan.head.op)")
      if plan.losses.isEmpty {
        page.field("lost", "nothing")
      } else {
        page.field("lost", plan.acceptances.joined(separator: " "), note: "accepted", .yellow)
        page.field("cluster", hex: plan.clusterAfter, note: "new: clients have to be told, and register anew")
      }
      page.heading("next")
      page.field(next.description, "")
    }
  }

  private var next: ShellCommand { ShellCommand("start").path(path.string) }
}
