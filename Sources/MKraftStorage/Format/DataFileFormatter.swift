public import MKraftFormat

/// Makes data files (rule R22): everything else is durable before the first superblock copy is written, so that a file with a
/// superblock quorum is whole.
public enum DataFileFormatter {
  /// Formats a device that is empty or holds nothing but zeros, by one write after the other.
  ///
  /// Ends with `notReadBack` if the device gives back other superblocks than it took.
  /// - Returns: the superblock written.
  @discardableResult
  public static func format(_ plan: FormatPlan, onto storage: any Storage) throws(FormatError) -> Superblock {
    try check(plan, fits: storage)
    let superblock: Superblock
    do throws(StorageError) {
      try storage.resize(to: plan.geometry.fileSizeAtFormat)
      let work = FormatWork(FormatWrites(plan), on: storage)
      work.run { _ in }
      try work.finish()
      superblock = try writeSuperblocks(plan, to: storage)
    } catch { throw .storage(error) }
    try checkReadBack(superblock, from: storage)
    return superblock
  }

  /// Refuses what cannot be, before anything is written.
  static func check(_ plan: FormatPlan, fits storage: any Storage) throws(FormatError) {
    guard plan.brokenInvariants.isEmpty else { throw .invalid(plan.brokenInvariants) }
    let ioUnit = Int(plan.geometry.ioUnit)
    guard storage.directAlignment <= ioUnit else {
      throw .ioUnitBelowDevice(ioUnit: ioUnit, alignment: storage.directAlignment)
    }
  }

  /// Writes what the rings and the reply zone of an empty file hold, for a file that is made from others.
  public static func writeBlankZones(
    of geometry: Geometry, cluster: UInt128, to storage: any Storage
  ) throws(StorageError) {
    let work = FormatWork(FormatWrites(FormatPlan(cluster: cluster, geometry: geometry, fileID: 1)), on: storage)
    work.run { _ in }
    try work.finish()
  }

  /// Writes the four copies, in order.
  static func writeSuperblocks(_ plan: FormatPlan, to storage: any Storage) throws(StorageError) -> Superblock {
    let superblock = plan.superblock
    try writeCopies(of: superblock, to: storage)
    return superblock
  }

  /// Writes the four copies of a superblock, in order. All that it names must be durable.
  public static func writeCopies(of superblock: Superblock, to storage: any Storage) throws(StorageError) {
    let geometry = superblock.geometry
    let buffer = IOBuffer(byteCount: geometry.superblockBytesOnDisk, alignment: IOBuffer.alignmentMax)
    for copy in 0..<Superblock.copyCount {
      var image = superblock
      image.copy = copy
      var bytes = buffer.mutableBytes
      image.encode(into: &bytes)
      try storage.write(buffer.byteCount, at: geometry.offset(of: .superblock(copy)), from: buffer)
    }
  }

  /// Reads the copies as a replica would.
  static func checkReadBack(_ superblock: Superblock, from storage: any Storage) throws(FormatError) {
    let decision = SuperblockDecision(SuperblockSurvey.read(storage))
    guard decision.chosen?.checksum == superblock.checksum, decision.repairs.isEmpty else { throw .notReadBack }
  }
}
