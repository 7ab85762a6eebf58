internal import MKraftOutput
internal import SystemPackage

/// The directory of a drill, with all that it writes.
struct DrillScratch {
  private let scratch: ScratchDirectory

  var directory: FilePath { scratch.path }
  var file: FilePath { directory.appending("replica.mkraft") }
  /// What the replicas said on standard error.
  var log: FilePath { directory.appending("replica.log") }
  /// Of a drill without a file: the one that copies are made of.
  var original: FilePath { directory.appending("original.mkraft") }
  /// Undo logs of a repair, and of taking it back.
  var undo: FilePath { directory.appending("repair.undo") }
  var redo: FilePath { directory.appending("repair.redo") }
  /// A new file made by recovery.
  var recovered: FilePath { directory.appending("recovered.mkraft") }
  /// What clients were told, one line each.
  var acknowledged: FilePath { directory.appending("acknowledged.ndjson") }

  /// Makes the directory below `parent`, or where temporary files go, if `byteCount` more bytes leave the disk enough room.
  init(below parent: String?, byteCount: UInt64) throws(Failure) {
    scratch = try ScratchDirectory(below: parent, for: "drill", byteCount: byteCount)
  }

  /// Removes the directory. What cannot be removed stays.
  func remove() { scratch.remove([file, log, original, undo, redo, recovered, acknowledged]) }

  static func remove(_ path: FilePath) { ScratchDirectory.remove(path) }
}
