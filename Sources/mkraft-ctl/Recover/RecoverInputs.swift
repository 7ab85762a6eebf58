internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// The files that a recovery is about: data files, images of them, or evidence that holds several.
struct RecoverInputs {
  /// As they were named, from the root.
  let paths: [String]
  /// The same, with the files that evidence without keys and values is about in its place: what a plan that is to be applied is made
  /// from.
  let filePaths: [String]
  let sources: [RecoverSource]
  /// Images among them from which keys and values were left out: no plan is applied while they are named. Evidence is none of them,
  /// since the files that it is about are opened instead.
  let redactedImages: [String]
  /// Whether the first file is an image, on which no replica runs.
  let isOfImage: Bool

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
    var images: [Bool] = []
    var redactedImages: [String] = []
    var filePaths: [String] = []
    for path in self.paths {
      let input = try opening.open(path)
      filePaths += input.filePaths
      sources += input.sources
      images.append(input.image != nil)
      if input.image?.isRedacted == true { redactedImages.append(path) }
    }
    self.sources = sources
    self.redactedImages = redactedImages
    self.filePaths = filePaths
    isOfImage = images.first ?? false
  }
}

/// How the files of a recovery are opened.
private struct InputOpening {
  let forBuilding: Bool
  let abandoningRepair: Bool
  let progress: ProgressOptions
  let console: Console

  /// What one path leads to.
  struct Input {
    let sources: [RecoverSource]
    /// The path itself, or those of the files that it is evidence of.
    let filePaths: [String]
    /// If it is an image, what it says of itself.
    let image: ImageHeader?
  }

  /// - Parameter evidence: that the path comes from; nil if it was named.
  func open(_ path: String, from origin: String? = nil) throws(Failure) -> Input {
    let examined = try ExaminedFile(path, cached: true, evidenceIsLeft: true)
    if examined.image == nil, let parts = try evidence(examined, path) {
      if let origin {
        throw Failure(
          .notOurFormat, "it is evidence itself, and not the data file that \(origin) was collected of", of: path)
      }
      try check(parts, path)
      var sources: [RecoverSource] = []
      for part in parts {
        if forBuilding, part.image.header.isRedacted {
          sources += try open(part.path, from: path).sources
        } else {
          sources.append(try source(part.path, part.image, part.image.header))
        }
      }
      let isRedacted = parts.contains { $0.image.header.isRedacted }
      return Input(sources: sources, filePaths: isRedacted ? parts.map(\.path) : [path], image: nil)
    }
    if let holder = examined.lockHolder {
      throw Failure(.locked, "it is in use by \(holder); stop the replica first", of: path)
    }
    if forBuilding, examined.image?.isRedacted == true {
      throw Failure(.declined, RepairDonor.Refusal.redacted.words, of: path)
    }
    if let image = examined.storage as? ExaminedImage { try image.image.check(path, progress, on: console) }
    return Input(
      sources: [try source(path, examined.storage, examined.image)], filePaths: [path], image: examined.image)
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

  /// Reads all of the images: what is damaged in one is no damage of the file.
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
}

extension RecoverInputs {
  func plan(
    as identity: RecoverIdentity, _ progress: ProgressOptions, on console: Console
  ) throws(Failure) -> RecoverPlanning {
    let bar = console.progress("verify", total: nil, progress)
    defer { bar.finish() }
    do throws(RecoverRefusal) {
      return try RecoverPlanner.plan(sources, as: identity) { bar.update($0) }
    } catch {
      var failure = Failure(error)
      if case .noCheckpoint = error, sources.contains(where: \.isRedacted) {
        failure.details.append(
          "without keys and values it cannot be told whether the header of a damaged block can be made anew; the data file tells, with "
            + "'recover plan FILE'")
      }
      throw failure
    }
  }
}

extension RecoverIdentity {
  /// Ids that nobody has.
  static func random() -> RecoverIdentity {
    RecoverIdentity(fileID: Identifier.random(), newCluster: Identifier.random())
  }
}
