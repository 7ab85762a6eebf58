internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `image`: a small dump for a bug report.
struct ImageCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Makes a small dump of a data file for a bug report, without keys and values.",
    discussion: """
      Every checksum, whether right or wrong, is judged on the image as on the file, and all reading commands take the image in \
      the file's place: same findings, same exit code. Only of a block whose damaged header the file alone makes anew an image \
      cannot tell that: it is 13 there, not 11. Kept are superblocks, headers, client ids, times, sizes, and checksums; \
      requests, replies, keys and values are left out, and so is whatever is no sound structure.

      Checksums stay, and XXH3 hides nothing: whoever guesses a short key or value can confirm the guess. Client ids stay, \
      since sessions cannot be followed without them.

      An image of a file in use is of one moment: while its superblock is updated meanwhile, everything is read again. If it \
      never holds still, the image says so, no verdict follows from it, and the exit code is 12.

      The image appears under its name when it is complete, with mode 0600, and never replaces anything.
      """)

  @Argument(help: "The data file.", completion: .file())
  var file: String

  @Option(help: "The image to make.", completion: .file())
  var to: String

  @Flag(help: "Keep everything, keys and values too: only zeros are left out.")
  var withPayloads = false

  @Flag(help: "Read through the page cache.")
  var cached = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let examined = try ExaminedFile(file, cached: cached)
    guard examined.image == nil else {
      throw Failure(.declined, "it is an image already; copy it", of: file)
    }
    let path = FilePath(to)
    var options = ImageWriter.Options()
    options.isRedacted = !withPayloads
    options.isLive = examined.isLive
    options.alignment = examined.deviceAlignment
    let bar = console.progress("image", total: examined.byteCount, progress)
    let creation: DataFileCreation
    do throws(StorageError) { creation = try DataFileCreation(path) } catch { throw Failure(creating: path, error) }
    let summary: ImageWriter.Summary
    do throws(ImageWriter.Failure) {
      summary = try ImageWriter.write(examined.storage, to: creation.storage, options) { done, _ in bar.update(done) }
    } catch {
      bar.finish()
      switch error {
      case .output(let error): throw Failure(creating: path, error)
      case .tooLarge:
        throw Failure(.declined, "an image can be made of \(ByteCount(ImageWriter.byteCountMax)) at most", of: file)
      }
    }
    bar.finish()
    do throws(StorageError) { try creation.commit() } catch { throw Failure(creating: path, error) }
    let report = ImageReport(file: examined, path: file, image: to, summary: summary)
    report.render(on: console)
    return report.exitCode
  }
}

extension Failure {
  /// A file that could not be made; nothing is left of it.
  fileprivate init(creating path: FilePath, _ error: StorageError) {
    let subject = (error.path ?? path).string
    if error.cause == .exists {
      self.init(.cannotCreate, "it exists already, and nothing is ever replaced", of: subject)
      return
    }
    let isRefused = error.cause == .errno(.permissionDenied) || error.cause == .errno(.notPermitted)
    let isCreation = [.open, .link, .resize].contains(error.operation) || error.isOutOfSpace
    self.init(
      isRefused ? .notPermitted : isCreation ? .cannotCreate : .inputOutput, "\(error); nothing was created",
      of: path.string)
  }
}
