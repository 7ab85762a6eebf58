/// All files that benchmarks make in their directory. Each removes its own; this list is for what an interruption leaves.
package enum BenchmarkFiles {
  static let device = "device"
  static let replica = "replica"
  static let full = "full"
  static let log = "log"
  static let metadata = "metadata"
  static let newMetadata = "metadata.new"

  package static let names = [device, replica, full, log, metadata, newMetadata]
}
