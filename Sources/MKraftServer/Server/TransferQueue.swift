package import MKraftReplica

/// Transfers that were asked for and are not begun: which of them are due, and which are begun together. It performs nothing.
package struct TransferQueue {
  private var requests: [IORequest] = []
  /// The unit for whose headers entries of another one wait.
  private var openUnit: IORequest.HeaderUnit?

  package init() {}

  package var count: Int { requests.count }

  package var holdsEntriesOnly: Bool { requests.allSatisfy { $0.headerUnit != nil } }

  package mutating func append(_ request: IORequest) { requests.append(request) }

  /// The write of headers that is due. It comes before entries: those whom it answers make room for more entries, which
  /// are then written together with those that wait.
  package mutating func takeHeaders() -> Transfer? {
    guard let index = requests.firstIndex(where: { $0.role == .headers }) else { return nil }
    let headers = Transfer(requests[index])
    guard headers.isQuick else { return nil }
    requests.remove(at: index)
    return headers
  }

  /// All that is due, joined where it lies together.
  ///
  /// Headers are written a unit at a time, so a batch of entries on both sides of a border costs two writes of headers. Small ones
  /// beyond the border wait until those before it have their headers, if batches of this size then end at borders: they begin the
  /// next batch. Others would come to lie across one again, and would have waited in vain.
  package mutating func takeDue() -> [Transfer] {
    let entries = requests.filter(\.isSmallEntry)
    let unit = openUnit ?? entries.first?.headerUnit
    let isHeldBack = openUnit != nil || unit.map { $0.headerCount.isMultiple(of: entries.count) } ?? false
    var (due, later): ([IORequest], [IORequest]) = ([], [])
    for request in requests {
      let waits = isHeldBack && request.isSmallEntry && request.headerUnit != unit
      if waits { later.append(request) } else { due.append(request) }
    }
    requests = later
    // Only while some wait does the unit matter to those that come.
    if !later.isEmpty { openUnit = unit }
    return Transfer.joining(due)
  }

  /// The replica knows of all entries that are written: if no headers were asked for then, none are to come.
  package mutating func entriesAreComplete() {
    if !requests.contains(where: { $0.role == .headers }) { openUnit = nil }
  }
}

extension IORequest {
  /// Of an entry, the unit that its header lies in.
  fileprivate var headerUnit: IORequest.HeaderUnit? {
    guard case .prepare(let unit) = role else { return nil }
    return unit
  }

  fileprivate var isSmallEntry: Bool { headerUnit != nil && count <= Transfer.joinedMax }
}
