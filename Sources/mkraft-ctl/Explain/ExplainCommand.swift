internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput

/// `explain`: what a finding means, or what is true of one item of a file and why.
struct ExplainCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells what a finding means, or what a replica decides about one item of a file, and why.",
    usage: """
      mkraft-ctl explain FINDING
      mkraft-ctl explain --list | --schema
      mkraft-ctl explain FILE (--slot N | --op N | --superblock K | --block B | --reply S)
      """,
    discussion: """
      Without an item option what is named is a finding; with one it is a file. Of a file it verifies the part that the item \
      lies in, through the page cache, and writes nothing; the exit code is the worst of the findings that touch the item.
      """)

  @Argument(
    help: "The finding's name, or a data file.",
    completion: .custom { _, _, prefix in SubjectCompletion.words(prefix) })
  var subject: String?

  @OptionGroup var item: ItemOptions

  @Option(help: "The slot of this op.")
  var op: UInt64?

  @Flag(help: "List all findings.")
  var list = false

  @Flag(help: "Print the JSON schema of every command's output.")
  var schema = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let wanted = item.count + (op == nil ? 0 : 1)
    guard list || schema else {
      guard let subject else {
        throw Failure(.usage, "name a finding, or a file and an item of it; --list lists findings")
      }
      guard wanted > 0 else { return try explainFinding(subject, on: console) }
      guard wanted == 1 else { throw Failure(.usage, "name one item: --slot, --op, --superblock, --block or --reply") }
      return try explainItem(of: subject, on: console)
    }
    guard subject == nil, wanted == 0, list != schema else {
      throw Failure(.usage, "--list and --schema stand alone")
    }
    if schema { PublishedSchema.write(to: console.out) } else { FindingPage.renderList(on: console) }
    return .sound
  }

  // MARK: A finding

  private func explainFinding(_ name: String, on console: Console) throws(Failure) -> ExitCode {
    if let entry = FindingCatalogue.entry(named: name) {
      FindingPage(entry: entry).render(on: console)
      return .sound
    }
    // A path where a name should be: the item was forgotten.
    if (try? ExaminedFile(name, cached: true, evidenceIsLeft: true)) != nil {
      throw Failure(
        .usage, "a file: name the item of it that is to be explained: --slot, --op, --superblock, --block or --reply",
        of: name, next: ShellCommand("status").path(name))
    }
    let nearest = FindingKind.nearest(to: name).map(\.name)
    throw Failure(
      .usage,
      "no finding of this name, and no such file; "
        + (nearest.isEmpty ? "--list lists all findings" : "near it: \(nearest.joined(separator: ", "))"),
      of: name, next: nearest.first.map { ShellCommand("explain", $0) } ?? ShellCommand("explain", "--list"))
  }

  // MARK: An item

  private func explainItem(of path: String, on console: Console) throws(Failure) -> ExitCode {
    let file = try ExaminedFile(path, cached: true)
    let bar = console.progress("explain", total: file.byteCount, progress)
    let found: Result<ItemExplanation, ItemExplanation.Refusal>
    do throws(ItemExplanation.Refusal) {
      found = .success(
        try ItemExplanation.read(file.storage, wantedItem, file.options(.everything, findingsLimit: 0)) { done, _ in
          bar.update(done)
        })
    } catch { found = .failure(error) }
    bar.finish()
    switch found {
    case .success(let explanation):
      let page = ItemPage(file: file, explanation: explanation)
      page.render(on: console)
      return explanation.exitCode
    case .failure(.notThere(let choices)): throw Failure(.usage, "there is no such item: \(choices)", of: path)
    case .failure(.placeUnknown): throw .placeUnknown(of: path, SuperblockInspection.read(file.storage))
    }
  }

  private var wantedItem: ExplainedItem {
    if let copy = item.superblock { return .superblock(copy) }
    if let slot = item.slot { return .slot(slot) }
    if let reply = item.reply { return .reply(reply) }
    if let block = item.block { return .block(block) }
    return .op(op ?? 0)
  }
}
