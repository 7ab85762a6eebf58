import MKraftForensics
import MKraftFormat

/// A replica in a few lines, which a test can make lie: it executes the requests of a drill and tells what a drill looks at.
struct HonestReplica {
  struct Executed {
    let session: Int
    let number: UInt64
    let op: UInt64
  }

  let workload: DrillWorkload
  var values: [String: [UInt8]] = [:]
  var log: [Executed] = []
  /// Op of the last entry.
  var head: UInt64 = 10

  init(_ workload: DrillWorkload) { self.workload = workload }

  /// Executes a request as a new entry; what a client is told.
  mutating func execute(_ session: Int, _ number: UInt64) -> (op: UInt64, results: [KeyValueResult]) {
    head += 1
    log.append(Executed(session: session, number: number, op: head))
    return (head, workload.events(session, number).map { apply($0) })
  }

  private mutating func apply(_ event: KeyValueEvent) -> KeyValueResult {
    let key = String(decoding: event.key, as: UTF8.self)
    switch event {
    case .put(_, let value):
      values[key] = value
      return KeyValueResult(.ok)
    case .compareAndSet(_, let expected, let value):
      guard values[key] == expected else {
        return KeyValueResult(
          .conditionFailed, current: values[key] == nil ? .absent : .included, value: values[key] ?? [])
      }
      values[key] = value
      return KeyValueResult(.ok)
    case .get, .delete, .scan: preconditionFailure("requests of a drill write")
    }
  }

  func puts(_ session: Int, from first: UInt64 = 1) -> [KeyValuePair] {
    let (start, end) = (workload.putKey(session, first), workload.putEnd(session))
    return values.filter { $0.key >= start && $0.key < end }.sorted { $0.key < $1.key }
      .map { KeyValuePair(key: Array($0.key.utf8), value: $0.value) }
  }

  /// The log as headers; client ids are the sessions' numbers and 1.
  var headers: [PrepareHeader] {
    log.map {
      var header = PrepareHeader()
      header.op = $0.op
      header.operation = Operation.keyValue.rawValue
      header.client = UInt128($0.session + 1)
      header.request = $0.number
      return header
    }
  }
}
