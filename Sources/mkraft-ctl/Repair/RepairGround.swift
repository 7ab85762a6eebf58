internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// The file that a repair is about, opened, and what is found on it.
struct RepairGround {
  let path: FilePath
  let storage: any Storage
  private let options: Verification.Options

  /// For a plan or a copy: nothing is locked or changed. A file in use is refused, for it is another the next moment.
  init(reading file: String) throws(Failure) {
    path = absolutePath(file)
    let examined = try ExaminedFile(file, cached: false)
    if let holder = examined.lockHolder {
      throw Failure(.locked, "it is in use by \(holder); stop the replica first", of: file)
    }
    guard examined.image == nil else {
      throw Failure(.notOurFormat, "it is an image of a data file, which can be looked at and not repaired", of: file)
    }
    storage = examined.storage
    options = examined.options(.everything, findingsLimit: 0)
  }

  /// For changes in place: locked as by a replica.
  init(writing file: String) throws(Failure) {
    path = absolutePath(file)
    do throws(OpenError) { storage = try FileStorage.open(FilePath(file), for: .replica) } catch {
      throw Failure(error)
    }
    options = Verification.Options()
  }

  /// Verifies the file as it is.
  func verify(_ progress: ProgressOptions, on console: Console) -> VerificationReport {
    let bar = console.progress("verify", total: storage.byteCount, progress)
    let report = Verification.run(storage, RepairPlanner.options(options)) { done, _ in bar.update(done) }
    bar.finish()
    return report
  }

  func plan(
    _ sources: [RepairSource], allowing allowed: Set<RepairMethod>, _ progress: ProgressOptions, on console: Console
  ) throws(Failure) -> RepairPlanning {
    let donors = try donors(sources)
    let report = verify(progress, on: console)
    do throws(RepairPlanner.Refusal) {
      return try RepairPlanner.plan(storage, report, donors: donors, allowing: allowed, options)
    } catch { throw Failure(error, report, path) }
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
        throw Failure(.declined, "it is no \(source.role.rawValue) of the file: \(error.words)", of: source.path)
      }
    }
    return donors
  }
}
