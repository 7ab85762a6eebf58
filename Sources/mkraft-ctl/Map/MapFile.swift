internal import Glibc
internal import MKraftOutput
internal import SystemPackage

/// The file that a picture is written to: a new one, of one of two kinds.
struct MapFile {
  enum Kind: String, CaseIterable {
    case html
    case svg
  }

  let path: FilePath
  let kind: Kind

  var cellLimit: Int { MapPage.cellLimit }

  /// - Throws: wrong usage. Whether the name is free is found out when the file is made.
  init(_ path: String) throws(Failure) {
    self.path = FilePath(path)
    guard let kind = self.path.extension.flatMap(Kind.init) else {
      throw Failure(.usage, "--to names a file that ends in .html or .svg", of: path)
    }
    self.kind = kind
  }

  /// Makes the file; one that cannot be written whole is not left behind.
  func write(_ page: MapPage) throws(Failure) {
    let memory = ByteSink.memory()
    switch kind {
    case .html: MapHTML(page: page).write(to: memory)
    case .svg: MapSVG(page: page).write(to: memory, isAlone: true)
    }
    guard memory.failure == nil else { throw Failure(.internalError, "the picture does not fit into memory") }
    do {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      do {
        try descriptor.closeAfter {
          let sink = ByteSink(descriptor)
          sink.write(memory.bytes.span)
          sink.flush()
          if let failure = sink.failure { throw failure }
        }
      } catch {
        try? removeFile()
        throw error
      }
    } catch let error as Errno {
      throw failure(error)
    } catch {
      throw Failure(.inputOutput, "\(error)", of: path.string)
    }
  }

  private func removeFile() throws {
    guard unsafe path.withPlatformString({ unsafe unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
  }

  private func failure(_ error: Errno) -> Failure {
    if error == .fileExists {
      return Failure(.cannotCreate, "it exists already, and map never replaces anything", of: path.string)
    }
    let isRefused = error == .permissionDenied || error == .notPermitted
    let isFull = error == .noSpace || error == .fileTooLarge
    return Failure(
      isRefused ? .notPermitted : isFull ? .inputOutput : .cannotCreate, "it cannot be written: \(error)",
      of: path.string)
  }
}
