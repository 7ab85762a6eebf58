internal import NIOCore
internal import Synchronization

/// Runs one replica behind a listening socket, once.
public final class ReplicaServer: Sendable {
  private enum Stop {
    case notRequested
    case requested
    case running(@Sendable () -> Void)
    case over
  }

  private let stop = Mutex(Stop.notRequested)

  public init() {}

  /// Asks for a clean stop: new requests are refused, those under way are finished, the stop is made durable. May be called
  /// from any thread, at any time, more than once; before `run` it makes the server stop as soon as it has started.
  public func requestStop() {
    stop.withLock { stop in
      switch stop {
      case .notRequested: stop = .requested
      case .running(let request): request()
      case .requested, .over: break
      }
    }
  }

  /// From now on a request to stop is passed on; one that came before is passed on at once.
  func began(_ request: @escaping @Sendable () -> Void) {
    stop.withLock { stop in
      if case .requested = stop { request() }
      stop = .running(request)
    }
  }

  /// From now on nothing is passed on.
  func ended() {
    stop.withLock { $0 = .over }
  }
}
