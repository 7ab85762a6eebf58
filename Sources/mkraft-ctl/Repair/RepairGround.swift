internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// The file that a repair is about, opened, and what is found on it.
struct RepairGround {
  let path: FilePath
  let storage: any Storage
  /// What may end the work before its end; nil if that is left to the system, as where nothing is written.
  let interruption: RepairInterruption?
  private let options: Verification.Options

  /// For a plan or a copy: nothing is locked or changed. A file in use is refused, for it is another the next moment.
  init(reading file: String, _ interruption: RepairInterruption? = nil) throws(Failure) {
    path = absolutePath(file)
    self.interruption = interruption
    let examined = try ExaminedFile(file, cached: false, evidenceIsLeft: true)
    if let holder = examined.lockHolder {
      throw Failure(.locked, "it is in use by \(holder); stop the replica first", of: file)
    }
    // An image shows the file that it was made of.
    if let image = examined.image { throw RepairGround.failure(.image(image), file) }
    storage = examined.storage
    if let kind = FileCopyKind(storage) { throw RepairGround.failure(kind, file) }
    options = RepairGround.options(examined.options(.everything, findingsLimit: 0), interruption)
  }

  /// For changes in place: locked as by a replica.
  init(writing file: String, _ interruption: RepairInterruption) throws(Failure) {
    path = absolutePath(file)
    self.interruption = interruption
    do throws(OpenError) { storage = try FileStorage.open(FilePath(file), for: .replica) } catch {
      throw Failure(error)
    }
    if let kind = FileCopyKind(storage) { throw RepairGround.failure(kind, file) }
    options = RepairGround.options(Verification.Options(), interruption)
  }

  private static func failure(_ kind: FileCopyKind, _ path: String) -> Failure {
    kind.failure("which can be looked at and not repaired", of: path)
  }

  private static func options(
    _ options: Verification.Options, _ interruption: RepairInterruption?
  ) -> Verification.Options {
    var options = options
    if let interruption { options.budget = interruption.budget }
    return options
  }

  /// Verifies the file as it is.
  /// - Parameter standing: what is true of the file if that is interrupted.
  func verify(
    _ progress: ProgressOptions, on console: Console,
    standing: String = RepairError.interrupted(.notBegun).words
  ) throws(Failure) -> VerificationReport {
    let bar = console.progress("verify", total: storage.byteCount, progress)
    let report = Verification.run(storage, RepairPlanner.options(options)) { done, _ in bar.update(done) }
    bar.finish()
    if report.stop == .interrupted { try interruption?.check(path.string, standing) }
    return report
  }

  func plan(
    _ sources: [RepairSource], allowing allowed: Set<RepairMethod>, _ progress: ProgressOptions, on console: Console
  ) throws(Failure) -> RepairPlanning {
    let donors = try donors(sources)
    let report = try verify(progress, on: console)
    let planning: RepairPlanning
    do throws(RepairPlanner.Refusal) {
      planning = try RepairPlanner.plan(storage, report, donors: donors, allowing: allowed, options)
    } catch { throw Failure(error, report, path) }
    // What was verified in part tells nothing.
    try interruption?.check(path.string)
    return planning
  }

  private func donors(_ sources: [RepairSource]) throws(Failure) -> [RepairDonor] {
    guard !sources.isEmpty, let superblock = SuperblockDecision(SuperblockSurvey.read(storage)).chosen else {
      return []
    }
    var donors: [RepairDonor] = []
    for source in sources {
      let examined = try ExaminedFile(source.path, cached: true)
      do throws(RepairDonor.Refusal) {
        donors.append(try RepairDonor(source, examined.storage, for: superblock))
      } catch {
        // It may well be one, and nothing is to be had from it.
        if error == .redacted { throw Failure(.declined, error.words, of: source.path) }
        throw Failure(.declined, "it is no \(source.role.rawValue) of the file: \(error.words)", of: source.path)
      }
    }
    return donors
  }
}
