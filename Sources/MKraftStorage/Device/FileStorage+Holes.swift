internal import CLinux
internal import SystemPackage

extension FileStorage {
  public func nextData(from offset: UInt64) -> UInt64? {
    guard let position = Int64(exactly: offset) else { return offset }
    let found = clinux_seek(descriptor, position, 0)
    // Only what the filesystem is sure of is passed over: if it cannot tell, everything is read.
    guard found >= 0 else { return Errno(rawValue: Int32(-found)) == .noSuchAddressOrDevice ? nil : offset }
    return max(offset, UInt64(found))
  }
}
