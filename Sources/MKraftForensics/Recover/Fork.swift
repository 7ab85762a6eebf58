public import MKraftFormat
internal import MKraftOutput
public import MKraftStorage

/// A new file to be made from the state that a file holds: its checkpoint, its sessions, and its log up to a head.
///
/// It may belong to another cluster. Then every structure in it is sealed anew, since each carries the cluster's id under its
/// checksum, and so are the references to it: addresses, ops, terms, times and contents stay. What names the past by checksum, the
/// parent of the checkpoint and of its entry, stays too and leads nowhere in the new file.
public struct Fork: Sendable {
  /// The state's superblock as the new file is to have it, but for what follows from another cluster.
  public var superblock: Superblock
  /// The last entry that the new file has.
  public var head: UInt64
  /// Where all of it is read.
  public let storage: any Storage
  /// The cluster that the new file belongs to.
  public let cluster: UInt128
  /// Whether the new file is that of a replica alone, whatever the old one was.
  public let isAlone: Bool
  /// Reply slots whose session is closed, since its reply is not there.
  var closedSessions: Set<Int> = []
  /// Blocks that are not there and that nothing reads: executing the log replaces what they hold.
  var replacedBlocks: Set<UInt64> = []

  /// - Parameters:
  ///   - superblock: names the checkpoint, and carries the new file's `file_id`, `lineage`, sequence and term.
  ///   - cluster: another than the superblock's makes the file one of a cluster of its own.
  public init(
    _ superblock: Superblock, head: UInt64, on storage: any Storage, cluster: UInt128, isAlone: Bool = false
  ) {
    self.superblock = superblock
    self.head = head
    self.storage = storage
    self.cluster = cluster
    self.isAlone = isAlone
  }

  /// Bytes of the new file.
  public var byteCount: UInt64 { superblock.checkpoint.storageSize }

  /// Writes it to an empty file, superblocks last, and reads all of it again.
  /// - Parameters:
  ///   - sync: makes durable what was written so far; called before the superblocks are written.
  ///   - progress: called with the bytes written.
  /// - Returns: the report on the new file, which is at most degraded.
  public func write(
    to target: any Storage, sync: () throws(StorageError) -> Void = {}, progress: (UInt64) -> Void = { _ in }
  ) throws(ForkError) -> VerificationReport {
    try withoutActuallyEscaping(progress) { progress throws(ForkError) in
      var writer = ForkWriter(self, to: target, progress)
      let superblock = try writer.writeContents()
      do throws(StorageError) {
        // The superblocks say that the rest is there, so it must be.
        try sync()
        try DataFileFormatter.writeCopies(of: superblock, to: target)
      } catch { throw .target(error) }
    }
    let report = Verification.run(target)
    let worst = report.findings.first { $0.kind.exitCode > .degraded }
    if let worst { throw .unsound(worst.kind, place: worst.place) }
    return report
  }
}
