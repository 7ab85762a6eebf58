internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// A data file opened to be looked at: nothing is locked, created or changed.
struct ExaminedFile {
  let path: FilePath
  let storage: FileStorage
  /// The process that runs a replica on it, as far as the system tells.
  let lockHolder: LockHolder?
  /// What a replica would have to keep to on this device, bytes.
  private let deviceAlignment: Int

  /// - Parameter cached: read through the page cache; otherwise what the device holds.
  init(_ path: String, cached: Bool) throws(Failure) {
    self.path = FilePath(path)
    do throws(OpenError) {
      storage = try FileStorage.open(self.path, for: .reading(cached: cached))
    } catch { throw Failure(error) }
    lockHolder = storage.lockHolder
    // Through the cache a file takes any alignment; a replica would use direct I/O.
    let direct = cached ? try? FileStorage.open(self.path, for: .reading(cached: false)) : storage
    deviceAlignment = direct?.directAlignment ?? storage.directAlignment
  }

  var byteCount: UInt64 { storage.byteCount }

  func options(_ scope: VerificationScope, findingsLimit: Int) -> Verification.Options {
    var options = Verification.Options()
    options.scope = scope
    options.findingsLimit = findingsLimit
    options.isLive = lockHolder != nil
    options.deviceAlignment = deviceAlignment
    return options
  }
}
