internal import MKraftFormat
public import MKraftReplica
public import MKraftStorage
internal import NIOCore
internal import NIOPosix
internal import SystemPackage

extension ReplicaServer {
  /// Transfers performed at once beside the pipeline's prepares: a unit of headers, a superblock copy or a reply, and blocks.
  private static let ioThreadsBeside = 2 + Grid.readDepth + Grid.writeDepth

  /// Runs a replica on a data file: listens, then starts the replica, and returns when it has stopped. The address is bound
  /// first: if it cannot be had, the replica takes no term and the file is not touched.
  ///
  /// - Parameters:
  ///   - opening: what was found in the file.
  ///   - storage: the file, opened for a replica.
  ///   - transfers: how its transfers are performed.
  ///   - cacheBlocks: blocks of the grid in memory; nil for the usual number.
  ///   - events: called from the server's thread; it must not block.
  public func run(
    opening: sending Opening, storage: any Storage, transfers: Transfers = .threads, cacheBlocks: Int? = nil,
    listen: NetworkAddress = .loopback, events: @escaping @Sendable (ServerEvent) -> Void
  ) async -> ServerResult {
    let geometry = opening.geometry
    let replica = Replica(opening: opening, cacheBlocks: cacheBlocks, now: WallClock.now())
    return await run(
      replica, storage: storage, transfers: transfers, messageSizeMax: Int(geometry.messageSize),
      ioThreads: Int(geometry.pipeline) + Self.ioThreadsBeside, listen: listen, events: events)
  }

  /// As above, with any replica.
  ///
  /// - Parameters:
  ///   - replica: the replica, not started yet; used on the server's own thread only.
  ///   - storage: what the replica's transfers are performed on.
  ///   - transfers: how they are performed.
  ///   - messageSizeMax: the largest message taken, header and body, in bytes.
  ///   - ioThreads: how many transfers are performed at once.
  ///   - events: called from the server's thread; it must not block.
  package func run(
    _ replica: sending any ServedReplica, storage: any Storage, transfers: Transfers = .threads,
    messageSizeMax: Int, ioThreads: Int, listen: NetworkAddress,
    limits: ServerLimits = ServerLimits(), events: @escaping @Sendable (ServerEvent) -> Void
  ) async -> ServerResult {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let pool = NIOThreadPool(numberOfThreads: ioThreads)
    pool.start()
    let loop = group.next()
    let outcome = loop.makePromise(of: ServerResult.self)
    let box = NIOLoopBoundBox.makeBoxSendingValue(replica, as: (any ServedReplica).self, eventLoop: loop)
    let runner = StorageRunner(storage, transfers, pool, loop)
    loop.execute {
      let shell = ReplicaShell(replica: box.value, storage: runner, limits: limits, outcome: outcome, emit: events)
      self.bind(shell, listen, messageSizeMax: messageSizeMax, failure: outcome)
    }
    let result = await outcome.futureResult.result()
    ended()
    // Neither can fail on a group and a pool of our own that are shut down once.
    try? await pool.shutdownGracefully()
    transfers.ring?.drain()
    try? await group.shutdownGracefully()
    return result
  }

  private func bind(
    _ shell: ReplicaShell, _ address: NetworkAddress, messageSizeMax: Int, failure: EventLoopPromise<ServerResult>
  ) {
    let bound = NIOLoopBound(shell, eventLoop: shell.loop)
    let (loop, limits) = (shell.loop, shell.limits)
    let marks = ChannelOptions.Types.WriteBufferWaterMark(
      low: limits.unsentHighMark / 4, high: limits.unsentHighMark)
    let listening = watch(bound).flatMapThrowing { try address.socketAddress() }.flatMap { socketAddress in
      ServerBootstrap(group: loop)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelOption(.backlog, value: Int32(limits.connectionsMax))
        .childChannelOption(.writeBufferWaterMark, value: marks)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let decoder = MessageDecoder(for: .server, messageSizeMax: messageSizeMax)
            try channel.pipeline.syncOperations.addHandlers(
              MessageFraming(decoder, unansweredMax: limits.unansweredMax), bound.value.makeConnection())
          }
        }
        .bind(to: socketAddress)
    }
    listening.whenComplete { result in
      switch result {
      case .success(let channel):
        bound.value.start(channel, at: NetworkAddress(channel.localAddress) ?? address)
        self.began { loop.execute { bound.value.stop() } }
      case .failure(let error):
        failure.succeed(.cannotListen(reason: "\(address): \(Self.reason(error))"))
      }
    }
  }

  /// Makes channels of the loop of what tells it that there is something to do.
  private func watch(_ shell: NIOLoopBound<ReplicaShell>) -> EventLoopFuture<Void> {
    let loop = shell.value.loop
    let turning = LoopTurn.make(on: loop).map { shell.value.turn = $0.value }
    guard let ring = shell.value.ring else { return turning }
    return turning.flatMap { RingEvents.watch(ring, on: loop) { shell.value.takeCompletions() } }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return Errno(rawValue: error.errnoCode).description
  }
}
