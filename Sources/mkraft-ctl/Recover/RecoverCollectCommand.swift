internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `recover collect`: evidence of what is left, in one file, to plan from elsewhere.
struct RecoverCollectCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Collects evidence of what is left in data files, for a plan to be made elsewhere or by a later release.",
    discussion: """
      The evidence holds an image of each file: raw bytes of superblocks, headers, and the structure of blocks, and of all else \
      whether its checksum is right; no conclusions. Keys and values are left out: then the plan is made from the evidence, and \
      applied where the files are, which it names by path. Whether a replica ran on a file meanwhile is recorded: such evidence \
      does not show where the log ended; if its superblock never held still, the evidence says so, no plan follows from it, and the \
      exit code is 12. See mkraft-evidence(5). The exit code is the verdict on what could be made of the files.
      """)

  @Argument(help: "The damaged file first, then older copies of it.", completion: .file())
  var files: [String]

  @Option(name: .customLong("to"), help: "The evidence file. Nothing is ever replaced.", completion: .file())
  var target: String

  @Flag(help: "Keep keys and values, so that the plan can be applied without the files.")
  var withPayloads = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    var subjects: [EvidenceFile.Subject] = []
    for file in files { subjects.append(try subject(file)) }
    let path = absolutePath(target)
    let creation: DataFileCreation
    do throws(StorageError) { creation = try DataFileCreation(path) } catch { throw Failure(output: path, error) }
    let bar = console.progress("collect", total: nil, progress)
    let summaries: [ImageWriter.Summary]
    do throws(EvidenceFile.Defect) {
      summaries = try EvidenceFile.write(subjects, to: creation.storage) { bar.update($0) }
      bar.finish()
    } catch {
      bar.finish()
      if case .output(let cause) = error { throw Failure(output: path, cause) }
      throw Failure(.declined, "\(error.words); nothing was written", of: path.string)
    }
    do throws(StorageError) { try creation.commit() } catch { throw Failure(output: path, error) }
    let outcome = try judge(path, on: console)
    let report = RecoverCollection(
      files: files, summaries: summaries, path: path, code: outcome.code, reason: outcome.reason,
      isCopyNeeded: outcome.isCopyNeeded)
    report.render(on: console)
    return outcome.code
  }

  private func subject(_ file: String) throws(Failure) -> EvidenceFile.Subject {
    let examined = try ExaminedFile(file, cached: true)
    guard examined.image == nil else {
      throw Failure(.declined, "it is an image already, which 'recover plan' takes as it is", of: file)
    }
    var options = ImageWriter.Options()
    options.isRedacted = !withPayloads
    options.isLive = examined.isLive
    options.alignment = examined.deviceAlignment
    return EvidenceFile.Subject(absolutePath(file).string, examined.storage, options)
  }

  private struct Outcome {
    let code: ExitCode
    var reason: String?
    var isCopyNeeded = false
  }

  /// What a plan made from the evidence comes to.
  private func judge(_ path: FilePath, on console: Console) throws(Failure) -> Outcome {
    do throws(Failure) {
      let inputs = try RecoverInputs([path.string], progress, on: console)
      return Outcome(code: try inputs.plan(as: .random(), progress, on: console).exitCode)
    } catch {
      return Outcome(
        code: error.code, reason: error.refusal?.words ?? error.reason,
        isCopyNeeded: error.refusal?.isCopyNeeded ?? false)
    }
  }
}
