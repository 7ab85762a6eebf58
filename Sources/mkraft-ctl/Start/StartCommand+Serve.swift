internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization

extension StartCommand {
  /// Notes that wait to be written, at most; more are dropped and counted.
  private static let notesMax = 256

  private enum Message: Sendable {
    case event(ServerEvent)
    case ended(ServerResult)
  }

  /// Listens, runs the replica, and tells what becomes of it.
  func serve(_ ground: Ground, _ opening: sending Opening, on console: Console) throws(Failure) -> ExitCode {
    let superblock = opening.superblock
    let mailbox = Mailbox<Message>(limit: StartCommand.notesMax)
    let server = ReplicaServer()
    guard let signals = StartCommand.stopSignals(server) else {
      throw Failure(.internalError, "the system gives no pipe for signals", of: file)
    }
    defer { signals.cancel() }
    let (storage, transfers, address) = (ground.storage, ground.transfers, ground.address)
    let cacheBlocks = cacheSize.map { Int(clamping: $0.bytes / UInt64(superblock.geometry.blockSize)) }
    let handedOver = Mutex<Opening?>(opening)
    Task.detached {
      guard let opening = handedOver.withLock({ $0.take() }) else { preconditionFailure("the server runs once") }
      let result = await server.run(
        opening: opening, storage: storage, transfers: transfers, cacheBlocks: cacheBlocks, listen: address
      ) { event in
        if case .note = event { mailbox.offer(.event(event)) } else { mailbox.post(.event(event)) }
      }
      mailbox.post(.ended(result))
    }
    var report = ReadyReport(superblock: superblock, healing: ground.healing, io: transfers.name)
    while true {
      let (message, dropped) = mailbox.next()
      if dropped > 0 { console.diagnostics.warning("\(dropped) notes about clients were left out", of: file) }
      switch message {
      case .event(.listening(let address)): listening(at: address, &report, on: console)
      case .event(.status(let status)): report.status = status
      case .event(.ready): report.render(on: console)
      case .event(.note(let text)): console.diagnostics.warning(text)
      case .ended(let result): return try end(result, ground, superblock, on: console)
      }
    }
  }

  /// Seconds within which a second signal is the first one once more: `timeout` and others send it to the process and to its group.
  private static let echo = Duration.seconds(1)

  /// The first signal asks for a clean stop, a later one ends the process at once.
  private static func stopSignals(_ server: ReplicaServer) -> SignalSource? {
    let asked = Mutex<ContinuousClock.Instant?>(nil)
    return SignalSource { signal in
      let now = ContinuousClock.now
      let first = asked.withLock { first in
        defer { first = first ?? now }
        return first
      }
      guard let first else { return server.requestStop() }
      if now - first > echo { _exit(128 + signal) }
    }
  }

  /// The address is ours, and the replica starts now: what it heals is said before it is done.
  private func listening(at address: NetworkAddress, _ report: inout ReadyReport, on console: Console) {
    report.address = address
    if !address.isLoopback {
      console.diagnostics.warning(
        "listening on \(address), not only for this machine: there is no encryption and no authentication, whoever reaches "
          + "the port may read and change everything")
    }
    report.healing.log(of: file, on: console)
  }

  private func end(
    _ result: ServerResult, _ ground: Ground, _ superblock: Superblock, on console: Console
  ) throws(Failure) -> ExitCode {
    switch result {
    case .stopped: return .sound
    case .halted(.entryDamaged(let op)):
      // The start has read the log only now. If a second look finds nothing, the first one is what counts.
      do throws(OpeningRefusal) { _ = try Opening.read(ground.storage) } catch {
        return try refuse(ground.path, ground.storage, error, on: console)
      }
      throw Failure(.inputOutput, "the replica halted: \(ReplicaHalt.entryDamaged(op: op))", of: file)
    case .halted(.numbersExhausted):
      let kind = FindingKind.numbersExhausted
      throw Failure(
        kind.exitCode, "\(kind.name): \(ReplicaHalt.numbersExhausted)", of: file,
        next: ShellCommand("verify-checksums").path(file))
    case .halted(let halt):
      if let finding = HaltFinding.of(halt, superblock, on: ground.storage) { throw failure(finding) }
      throw Failure(
        .inputOutput, "the replica halted: \(halt); nothing was acknowledged that is not durable", of: file)
    case .cannotListen(let reason): throw Failure(.cannotCreate, "cannot listen on \(reason); \(file) is as it was")
    }
  }

  /// A block of the state that a request, or the log at the start, needs.
  private func failure(_ finding: Finding) -> Failure {
    Failure(
      finding.exitCode,
      "the replica halted: \(finding.titleAndPlace): \(finding.evidence); nothing was acknowledged that is not durable; "
        + "what can be done: \(finding.next.words)",
      of: file, next: finding.command(path: file))
  }
}
