internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// What no superblock copy of a file tells, supplied by whoever knows: options of the commands that read files.
struct SuppliedOptions: ParsableArguments {
  @Option(
    help: """
      Where things lie in a file without any superblock copy: NAME=NUMBER,... with the names of format's options \
      (slots, message-size, sessions, block-size ...); what is not named is format's default.
      """)
  var geometry: GeometrySpec?

  @Option(
    help: "Take that from the superblock of another file: a backup, or a replica of the same cluster.",
    completion: .file())
  var like: String?

  /// What was supplied, if anything; checked against every copy that stands in `file`.
  /// - Throws: wrong usage, also if a copy says something else; the other file cannot be read or has no superblock either.
  func supplied(for file: ExaminedFile) throws(Failure) -> SuppliedGeometry? {
    guard let supplied = try read() else { return nil }
    do throws(SuppliedGeometry.Contradiction) {
      try supplied.check(against: SuperblockSurvey.read(file.storage))
    } catch {
      throw failure(error, supplied.geometry, file)
    }
    return supplied
  }

  private func read() throws(Failure) -> SuppliedGeometry? {
    switch (geometry, like) {
    case (nil, nil): return nil
    case (.some, .some): throw Failure(.usage, "--geometry and --like supply the same: give one of them")
    case (.some(let spec), nil): return SuppliedGeometry(try spec.geometry())
    case (nil, .some(let path)):
      let other = try ExaminedFile(path, cached: true)
      guard let supplied = SuppliedGeometry.like(other.storage, path: path) else {
        throw Failure(.noInput, "no superblock copy stands in the file that --like names", of: path)
      }
      return supplied
    }
  }

  private func failure(
    _ found: SuppliedGeometry.Contradiction, _ supplied: Geometry, _ file: ExaminedFile
  ) -> Failure {
    let name = geometry == nil ? "--like" : "--geometry"
    let differences = found.fields.map {
      Difference(field: $0.name, found: "\($0.value(in: found.found))", wanted: "\($0.value(in: supplied))")
    }
    var failure = Failure(
      .usage,
      "copy \(found.copy) at byte \(found.offset) contradicts what \(name) supplies: "
        + differences.map(\.sentence).joined(separator: ", ") + "; that copy is enough by itself",
      of: file.path.string, next: ShellCommand("inspect-superblock").path(file.path.string))
    failure.differences = differences
    return failure
  }
}
