internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension FormatCommand {
  /// The superblock of the file that stands at `path` and is what was asked for, if `--if-missing` allows that; nil if nothing
  /// stands there. Anything else fails.
  func existing(at path: FilePath, _ plan: FormatPlan) throws(Failure) -> Superblock? {
    // What cannot be looked at cannot be created either, and says why then.
    guard let type = try? Stat(path, followTargetSymlink: false).type else { return nil }
    guard ifMissing else {
      throw Failure(
        .cannotCreate, "it exists already\(FormatCommand.kind(type)), and format never replaces anything", of: file)
    }
    let found = try superblock(of: path)
    let differences = Difference.between(found, plan, fileID: fileID?.value)
    guard differences.isEmpty else {
      let sentences = differences.map(\.sentence).joined(separator: "; ")
      var failure = Failure(
        .cannotCreate, "it exists already and is another file than asked for: \(sentences)", of: file)
      failure.differences = differences
      throw failure
    }
    return found
  }

  private func superblock(of path: FilePath) throws(Failure) -> Superblock {
    let storage: FileStorage
    do throws(OpenError) {
      storage = try FileStorage.open(path, for: .reading(cached: true))
    } catch {
      let code: ExitCode = error.reason == .permissionDenied ? .notPermitted : .cannotCreate
      throw Failure(code, "it exists already and cannot be compared: \(error.reason)", of: file)
    }
    switch SuperblockDecision(SuperblockSurvey.read(storage)).outcome {
    case .success(let superblock): return superblock
    case .failure(let refusal):
      throw Failure(.cannotCreate, "it exists already and is no usable data file: \(refusal.name)", of: file)
    }
  }

  private static func kind(_ type: FileType) -> String {
    switch type {
    case .directory: " as a directory"
    case .symbolicLink: " as a symbolic link"
    case .fifo: " as a FIFO"
    case .socket: " as a socket"
    case .blockSpecial, .characterSpecial: " as a device"
    default: ""
    }
  }
}
