package import MKraftReplica
internal import MKraftStorage

/// Requests that are performed as one: a single one, or writes that lie one behind the other in the file. Entries that
/// fill their slots do, so that those which arrive together cost the device one write.
package struct Transfer: Sendable {
  /// Bytes of writes that are put together, at most: about where the device's time begins to grow with them.
  package static let joinedMax = 128 << 10

  package private(set) var requests: [IORequest]
  package private(set) var byteCount: Int

  package init(_ request: IORequest) {
    requests = [request]
    byteCount = request.count
  }

  /// The same requests in the same order.
  static func joining(_ requests: [IORequest]) -> [Transfer] {
    var transfers: [Transfer] = []
    for request in requests {
      if let last = transfers.indices.last, transfers[last].isContinued(by: request) {
        transfers[last].requests.append(request)
        transfers[last].byteCount += request.count
      } else {
        transfers.append(Transfer(request))
      }
    }
    return transfers
  }

  var isWrite: Bool { requests[0].direction == .write }
  var role: IORequest.Role { requests[0].role }
  var isOfEntries: Bool { if case .prepare = role { true } else { false } }

  var isResize: Bool { requests[0].direction == .resize }

  /// A small write of the log, which takes so short that it may be performed on the loop.
  package var isQuick: Bool { isWrite && role != .other && byteCount <= Transfer.joinedMax }

  private func isContinued(by request: IORequest) -> Bool {
    guard isWrite, request.direction == .write, request.role == role else { return false }
    return request.offset == requests[0].offset + UInt64(byteCount)
      && byteCount + request.count <= Transfer.joinedMax
  }

  /// That all of it is over, in the same way for each of its requests.
  func completions(_ failure: StorageError?) -> [IOCompletion] {
    requests.map { IOCompletion(token: $0.token, failure: failure) }
  }
}
