internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// The files that a recovery is about: data files, images of them, or evidence that holds several.
struct RecoverInputs {
  /// As they were named, from the root.
  let paths: [String]
  let sources: [RecoverSource]

  /// - Parameter forBuilding: whether keys and values will be needed: where evidence left them out, the file that it is about is
  ///   opened instead.
  /// - Parameter abandoningRepair: whether files are taken as they stand on which a repair was begun.
  init(
    _ paths: [String], forBuilding: Bool = false, abandoningRepair: Bool = false, _ progress: ProgressOptions,
    on console: Console
  ) throws(Failure) {
    self.paths = paths.map { absolutePath($0).string }
    let opening = InputOpening(
      forBuilding: forBuilding, abandoningRepair: abandoningRepair, progress: progress, console: console)
    var sources: [RecoverSource] = []
    for path in self.paths { sources += try opening.open(path) }
    self.sources = sources
  }
}

/// How the files of a recovery are opened.
private struct InputOpening {
  let forBuilding: Bool
  let abandoningRepair: Bool
  let progress: ProgressOptions
  let console: Console

  func open(_ path: String) throws(Failure) -> [RecoverSource] {
    let examined = try ExaminedFile(path, cached: true)
    if examined.image == nil, let parts = try evidence(examined, path) {
      try check(parts, path)
      var sources: [RecoverSource] = []
      for part in parts {
        if forBuilding, part.image.header.isRedacted {
          sources += try open(part.path)
        } else {
          sources.append(try source(part.path, part.image, part.image.header))
        }
      }
      return sources
    }
    if let holder = examined.lockHolder {
      throw Failure(.locked, "it is in use by \(holder); stop the replica first", of: path)
    }
    if forBuilding, examined.image?.isRedacted == true {
      throw Failure(.declined, RepairDonor.Refusal.redacted.words, of: path)
    }
    if let image = examined.storage as? ExaminedImage { try check(image.image, path) }
    return [try source(path, examined.storage, examined.image)]
  }

  private func source(
    _ path: String, _ storage: any Storage, _ image: ImageHeader?
  ) throws(Failure) -> RecoverSource {
    do throws(RecoverRefusal) {
      return try RecoverSource(
        path, storage, isLive: image?.isLive == true, isUnsteady: image?.isUnsteady == true,
        isRedacted: image?.isRedacted == true, abandoningRepair: abandoningRepair)
    } catch { throw Failure(error) }
  }

  private func evidence(_ file: ExaminedFile, _ path: String) throws(Failure) -> [EvidenceFile.Part]? {
    do throws(EvidenceFile.Defect) { return try EvidenceFile.open(file.storage) } catch {
      throw Failure(.notOurFormat, error.words, of: path)
    }
  }

  // MARK: Whether images are whole

  // What is damaged in an image is no damage of the file: more would be named as lost than is.

  private func check(_ parts: [EvidenceFile.Part], _ path: String) throws(Failure) {
    let bar = console.progress("check", total: parts.reduce(0) { $0 + $1.image.byteCount }, progress)
    defer { bar.finish() }
    var done: UInt64 = 0
    do throws(EvidenceFile.Defect) {
      for part in parts {
        try part.checkPieces { bar.update(done + $0) }
        done += part.image.byteCount
      }
    } catch { throw Failure(.notOurFormat, error.words, of: path) }
  }

  private func check(_ image: ImageStorage, _ path: String) throws(Failure) {
    let bar = console.progress("check", total: image.byteCount, progress)
    defer { bar.finish() }
    do throws(ImageDefect) { try image.checkPieces { bar.update($0) } } catch {
      throw Failure(.notOurFormat, error.description, of: path)
    }
  }
}

extension RecoverInputs {
  func plan(
    as identity: RecoverIdentity, _ progress: ProgressOptions, on console: Console
  ) throws(Failure) -> RecoverPlanning {
    let bar = console.progress("verify", total: nil, progress)
    defer { bar.finish() }
    do throws(RecoverRefusal) {
      return try RecoverPlanner.plan(sources, as: identity) { bar.update($0) }
    } catch { throw Failure(error) }
  }
}

extension RecoverIdentity {
  /// Ids that nobody has.
  static func random() -> RecoverIdentity {
    RecoverIdentity(fileID: Identifier.random(), newCluster: Identifier.random())
  }
}
