internal import CLinux
internal import Glibc
public import SystemPackage

extension FileStorage {
  /// Bytes copied between two calls of `progress`.
  private static let copyChunk: UInt64 = 16 << 20

  /// Makes a copy of the file at `path`, where nothing may stand, with mode 0600. Holes stay holes, and where the filesystem can
  /// do it the two share their blocks. Nothing is durable: it is for files that are thrown away.
  /// - Parameter progress: called with the offset reached; if it returns false the copy is given up.
  /// - Returns: false if it was given up. Then, and after an error, nothing is left at `path`.
  public func copy(to path: FilePath, progress: (UInt64) -> Bool = { _ in true }) throws(StorageError) -> Bool {
    let target: Int32
    do throws(Errno) {
      target = try SystemCalls.open(path, in: AT_FDCWD, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    } catch { throw StorageError(.open, path, cause: error == .fileExists ? .exists : .errno(error)) }
    defer { SystemCalls.close(target) }
    let byteCount = byteCount
    do throws(Errno) {
      try SystemCalls.truncate(target, to: byteCount)
      var offset: UInt64 = 0
      while let extent = try data(from: offset, below: byteCount) {
        offset = extent.lowerBound
        while offset < extent.upperBound {
          guard progress(offset) else {
            try SystemCalls.unlink(path, in: AT_FDCWD)
            return false
          }
          let count = try copy(offset..<min(extent.upperBound, offset + FileStorage.copyChunk), to: target)
          guard count > 0 else { throw .ioError }
          offset += count
        }
      }
    } catch {
      try? SystemCalls.unlink(path, in: AT_FDCWD)
      throw StorageError(.write, path, count: byteCount, cause: .errno(error))
    }
    return true
  }

  /// The next run of bytes that is not a hole; nil if there is none. All the rest, if the filesystem knows no holes.
  private func data(from offset: UInt64, below end: UInt64) throws(Errno) -> Range<UInt64>? {
    guard offset < end else { return nil }
    let start = clinux_seek(descriptor, Int64(offset), 0)
    guard start >= 0 else {
      let error = Errno(rawValue: Int32(-start))
      if error == .noSuchAddressOrDevice { return nil }
      guard error == .invalidArgument || error == .notSupported else { throw error }
      return offset..<end
    }
    guard UInt64(start) < end else { return nil }
    let stop = clinux_seek(descriptor, start, 1)
    guard stop > start else { return UInt64(start)..<end }
    return UInt64(start)..<min(UInt64(stop), end)
  }

  private func copy(_ range: Range<UInt64>, to target: Int32) throws(Errno) -> UInt64 {
    let copied = clinux_copy_range(descriptor, target, Int64(range.lowerBound), Int64(range.count))
    if copied >= 0 { return UInt64(copied) }
    let error = Errno(rawValue: Int32(-copied))
    // Between two filesystems, or on a kernel that cannot do it.
    let isUnable = [.improperLink, .invalidArgument, .noFunction, .notSupported, .notSupportedOnSocket].contains(error)
    guard isUnable else { throw error }
    let buffer = IOBuffer(byteCount: min(range.count, 1 << 20))
    let count = try SystemCalls.read(
      descriptor, buffer.byteCount, at: range.lowerBound, into: buffer, from: 0)
    var written = 0
    while written < count {
      written += try SystemCalls.write(
        target, count - written, at: range.lowerBound + UInt64(written), from: buffer, from: written)
    }
    return UInt64(count)
  }
}
