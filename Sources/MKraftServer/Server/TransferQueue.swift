package import MKraftReplica

/// Transfers that were asked for and are not begun: which of them are due, and which are begun together. It performs nothing.
package struct TransferQueue {
  private var requests: [IORequest] = []
  /// The unit of the header ring for entries that are written while their headers are not.
  private var openUnit: Int?

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
  /// Small entries of another unit of headers than those before them wait until these have their headers. Headers are written
  /// a unit at a time, so entries on both sides of a border cost two writes however they are put together; held back, they
  /// begin the next batch, which then ends at a border too if it is as large as the pipeline allows.
  package mutating func takeDue() -> [Transfer] {
    let unit = openUnit ?? requests.lazy.filter(\.isSmallEntry).compactMap(\.headerUnit).first
    var (due, later): ([IORequest], [IORequest]) = ([], [])
    for request in requests {
      if request.isSmallEntry && request.headerUnit != unit { later.append(request) } else { due.append(request) }
    }
    requests = later
    if due.contains(where: \.isSmallEntry) { openUnit = unit }
    return Transfer.joining(due)
  }

  /// The replica knows of all entries that are written: if no headers were asked for then, none are to come.
  package mutating func entriesAreComplete() {
    if !requests.contains(where: { $0.role == .headers }) { openUnit = nil }
  }
}

extension IORequest {
  /// Of an entry, the unit that its header lies in.
  fileprivate var headerUnit: Int? {
    guard case .prepare(let unit) = role else { return nil }
    return unit
  }

  fileprivate var isSmallEntry: Bool { headerUnit != nil && count <= Transfer.joinedMax }
}
