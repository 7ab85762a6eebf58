public import MKraftFormat
internal import MKraftReplica
public import MKraftStorage
public import SystemPackage

/// How a replica's transfers get to the device.
public struct Transfers: Sendable {
  public enum Choice: String, CaseIterable, Sendable {
    /// What measures best: threads. On a device with a cache of its own a durable write is a write and a flush, and
    /// with io_uring the flush is done by threads of the kernel: they wait for a processor as ours do, and inherit no
    /// priority.
    case auto
    case threads
    case ioUring = "io_uring"
  }

  /// The calls that block, on a pool of threads.
  public static let threads = Transfers(ring: nil)

  package let ring: TransferRing?

  package init(ring: TransferRing?) { self.ring = ring }

  /// - Throws: why io_uring, which was asked for, cannot be had for this file on this system; a read was tried.
  public init(_ choice: Choice, on storage: FileStorage, _ geometry: Geometry) throws(Errno) {
    switch choice {
    case .auto, .threads: ring = nil
    case .ioUring: ring = try TransferRing(storage, depth: Replica.ioLimit(geometry))
    }
  }

  public var name: String { (ring == nil ? Choice.threads : .ioUring).rawValue }
}
