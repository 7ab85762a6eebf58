internal import MKraftForensics
internal import MKraftOutput

extension ImageStorage {
  /// Reads all of the image before anything is concluded from it: what is damaged in an image is no damage of the file, and more
  /// would be named as lost than is.
  /// - Throws: which piece is damaged.
  func check(_ path: String, _ progress: ProgressOptions, on console: Console) throws(Failure) {
    let bar = console.progress("check", total: byteCount, progress)
    defer { bar.finish() }
    do throws(ImageDefect) { try checkPieces { bar.update($0) } } catch {
      throw Failure(.notOurFormat, error.description, of: path)
    }
  }
}
