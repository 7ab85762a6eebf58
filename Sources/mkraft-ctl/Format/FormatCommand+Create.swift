internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension FormatCommand {
  func create(_ path: FilePath, _ plan: FormatPlan, on console: Console) throws(Failure) -> FormatReport {
    let start = ContinuousClock.now
    let result: FormatResult
    let bar = console.progress("formatting", total: plan.bytesToWrite, progress)
    do throws(FormatError) {
      result = try DataFileFormatter.create(path, plan) { done, _ in bar.update(done) }
      bar.finish()
    } catch {
      bar.finish()
      throw FormatCommand.failure(error, path)
    }
    let elapsed = ContinuousClock.now - start
    if let filesystem = result.copyOnWrite {
      console.diagnostics.warning(
        "on \(filesystem.rawValue), which copies on write, preallocation is worth nothing: the disk can turn out to be full",
        of: path.string)
    }
    return FormatReport(path: path, superblock: result.superblock, outcome: .created(result, elapsed))
  }

  /// All that is wrong with the plan, one line each.
  static func failure(_ broken: InvariantSet) -> Failure {
    var failure = Failure(.usage, "this cannot be formatted; nothing was created")
    failure.details = broken.elements.map { "\($0.name): \($0.statement)" }
    return failure
  }

  static func failure(_ error: FormatError, _ path: FilePath) -> Failure {
    switch error {
    case .invalid(let broken): failure(broken)
    case .ioUnitBelowDevice(_, let alignment):
      Failure(.usage, "\(Invariant.geometryIOUnit.name): \(error); say --io-unit \(alignment)", of: path.string)
    case .notReadBack: Failure(.inputOutput, error.description, of: path.string)
    case .storage(let error): failure(error, path)
    }
  }

  private static func failure(_ error: StorageError, _ path: FilePath) -> Failure {
    let subject = (error.path ?? path).string
    if error.cause == .exists {
      return Failure(.cannotCreate, "it exists already, and format never replaces anything", of: subject)
    }
    let isRefused = error.cause == .errno(.permissionDenied) || error.cause == .errno(.notPermitted)
    let isCreation = [.open, .link, .resize].contains(error.operation) || error.isOutOfSpace
    let code: ExitCode = isRefused ? .notPermitted : isCreation ? .cannotCreate : .inputOutput
    return Failure(code, "\(error); nothing was created", of: path.string)
  }
}
