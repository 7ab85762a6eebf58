internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// A data file, or an image of one, opened to be looked at: nothing is locked, created or changed.
struct ExaminedFile {
  let path: FilePath
  let storage: any ExaminedStorage
  /// Which file `path` leads to; nil if the system does not tell.
  let identity: FileStamp.Identity?
  /// The process that runs a replica on it, as far as the system tells.
  let lockHolder: LockHolder?
  /// What a replica would have to keep to on this device, bytes; of an image, on the device where the data file was.
  let deviceAlignment: Int
  /// If it is an image, what it says of itself.
  let image: ImageHeader?

  /// - Parameters:
  ///   - cached: read through the page cache; otherwise what the device holds.
  ///   - evidenceIsLeft: whether the caller deals with evidence; otherwise it is refused by name, for nothing in it stands where it does
  ///     in a data file.
  init(_ path: String, cached: Bool, evidenceIsLeft: Bool = false) throws(Failure) {
    self.path = FilePath(path)
    let storage: FileStorage
    do throws(OpenError) {
      storage = try FileStorage.open(self.path, for: .reading(cached: cached))
    } catch { throw Failure(error) }
    identity = storage.stamp?.identity
    let image: ImageStorage?
    do throws(ImageDefect) { image = try ImageStorage.open(storage) } catch {
      throw Failure(.notOurFormat, error.description, of: path)
    }
    self.image = image?.header
    if let image {
      self.storage = ExaminedImage(image, storage.readMode)
      lockHolder = nil
      deviceAlignment = image.directAlignment
      return
    }
    if !evidenceIsLeft, let kind = FileCopyKind(storage) {
      throw kind.unreadable("made by 'recover collect' for 'recover plan', and no data file", of: path)
    }
    self.storage = storage
    lockHolder = storage.lockHolder
    // Through the cache a file takes any alignment; a replica would use direct I/O.
    let direct = cached ? try? FileStorage.open(self.path, for: .reading(cached: false)) : storage
    deviceAlignment = direct?.directAlignment ?? storage.directAlignment
  }

  var byteCount: UInt64 { storage.byteCount }

  /// Whether a replica runs on it; of an image, whether one did when it was made.
  var isLive: Bool { lockHolder != nil || image?.isLive == true }

  /// Whether it is an image whose parts are of different times.
  var isUnsteady: Bool { image?.isUnsteady == true }

  func options(_ scope: VerificationScope, findingsLimit: Int) -> Verification.Options {
    var options = Verification.Options()
    options.scope = scope
    options.findingsLimit = findingsLimit
    options.isLive = isLive
    options.isFrozen = image != nil
    options.isUnsteady = isUnsteady
    options.deviceAlignment = deviceAlignment
    return options
  }
}
