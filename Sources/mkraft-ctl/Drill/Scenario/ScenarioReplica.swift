internal import Glibc
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftServer
internal import SystemPackage

/// A replica on the copy, in a process of its own, from its start to its clean stop.
struct ScenarioReplica {
  private static let startTimeout = Duration.seconds(120)
  private static let stopTimeout = Duration.seconds(60)

  let process: ReplicaProcess
  let address: NetworkAddress
  private let log: FilePath

  /// - Throws: `drillFailed` if it does not come up.
  init(
    on file: FilePath, cacheByteCount: UInt64?, log: FilePath, _ interruption: DrillInterruption
  ) throws(Failure) {
    try interruption.check()
    self.log = log
    process = try ReplicaProcess(file: file, cacheByteCount: cacheByteCount, log: log)
    interruption.watch(process)
    guard let address = process.readyAddress(within: ScenarioReplica.startTimeout) else {
      try interruption.check()
      let end = process.waitForEnd(.milliseconds(500))?.words ?? "no answer in time"
      throw Failure(.drillFailed, "the replica did not start (\(end)); see \(log)", of: file.string)
    }
    self.address = address
  }

  func stop(_ interruption: DrillInterruption) throws(Failure) {
    process.send(SIGTERM)
    let end = process.waitForEnd(ScenarioReplica.stopTimeout)
    try interruption.check()
    guard end == .exit(0) else {
      throw Failure(.drillFailed, "the replica did not stop cleanly (\(end?.words ?? "it went on")); see \(log)")
    }
  }
}
