import MKraftFormat
import MKraftStorage

/// Batches of all events over a set of keys.
struct CrashWorkload {
  let profile: CrashProfile

  /// A batch that writes, or with `isRead` one that does not.
  func batch(
    isRead: Bool = false, current: ([UInt8]) -> [UInt8]?, using generator: inout SplitMix64
  ) throws -> [UInt8] {
    let room = profile.geometry.bodySizeMax
    var builder = KeyValueBatchBuilder(bodySizeMax: room)
    let count = Int.random(in: 1...6, using: &generator)
    for index in 0..<count {
      // The first one decides whether the batch writes.
      let next = isRead ? read(&generator) : index == 0 ? write(current, &generator) : any(current, &generator)
      do throws(KeyValueBatchBuilderError) {
        try builder.append(next)
      } catch {
        guard error == .batchFull, index > 0 else { throw error }
        break
      }
    }
    return builder.body
  }

  private func any(_ current: ([UInt8]) -> [UInt8]?, _ generator: inout SplitMix64) -> KeyValueEvent {
    Int.random(in: 0..<6, using: &generator) == 0 ? read(&generator) : write(current, &generator)
  }

  private func read(_ generator: inout SplitMix64) -> KeyValueEvent {
    guard Bool.random(using: &generator) else { return .get(key: key(&generator)) }
    let end = Bool.random(using: &generator) ? key(&generator) : nil
    return .scan(start: key(&generator), end: end, limit: UInt32.random(in: 1...20, using: &generator))
  }

  private func write(_ current: ([UInt8]) -> [UInt8]?, _ generator: inout SplitMix64) -> KeyValueEvent {
    let key = key(&generator)
    switch Int.random(in: 0..<10, using: &generator) {
    case 0, 1: return .delete(key: key)
    case 2:
      // Both values must fit into the batch.
      let expected = current(key).map { Array($0.prefix(1000)) }
      return .compareAndSet(key: key, expected: expected, value: Array(value(&generator).prefix(1000)))
    case 3: return .compareAndSet(key: key, expected: nil, value: value(&generator))
    default: return .put(key: key, value: value(&generator))
    }
  }

  /// Of few bytes; one of sixteen of many, or all.
  func key(_ generator: inout SplitMix64) -> [UInt8] {
    let number = Int.random(in: 0..<profile.keyCount, using: &generator)
    let head: [UInt8] = [UInt8(number >> 8) + 1, UInt8(number & 0xFF)]
    guard !profile.hasLongKeys else {
      // They differ at once, and separators of nodes are as long as the keys all the same.
      return [UInt8](repeating: 9, count: 900) + head
    }
    return number % 16 == 0 ? head + [UInt8](repeating: 9, count: 500) : head
  }

  private func value(_ generator: inout SplitMix64) -> [UInt8] {
    // What the longest key, the heads of a batch and of a result leave.
    let largest = profile.geometry.bodySizeMax - (profile.hasLongKeys ? 1100 : 700)
    let size =
      switch Int.random(in: 0..<10, using: &generator) {
      case 0...2: Int.random(in: 0...20, using: &generator)
      case 3...7: Int.random(in: 200...2000, using: &generator)
      default: Int.random(in: 1000...largest, using: &generator)
      }
    return [UInt8](repeating: UInt8.random(in: 0...255, using: &generator), count: size)
  }
}

/// A client with one request under way, sent again until it is answered, byte for byte.
struct CrashClient {
  let id: UInt128
  private var session: UInt64 = 0
  private var request: UInt64 = 0
  private(set) var pending: (header: MessageHeader, body: [UInt8])?

  init(id: UInt128) { self.id = id }

  var isRegistered: Bool { session != 0 }

  /// The request to send now: the one under way again, or a register, or the next with `body`.
  mutating func next(_ body: () throws -> [UInt8]) rethrows -> (header: MessageHeader, body: [UInt8]) {
    if let pending { return pending }
    var header = MessageHeader(.request, cluster: CrashProfile.cluster)
    header.client = id
    header.operation = Operation.register.rawValue
    var bytes: [UInt8] = []
    if session != 0 {
      header.operation = Operation.keyValue.rawValue
      header.session = session
      header.request = request + 1
      bytes = try body()
    }
    header.seal(body: bytes.rawSpan)
    pending = (header, bytes)
    return (header, bytes)
  }

  /// Takes an answer; what is not to the request under way is of no interest.
  mutating func take(_ answer: MessageHeader) {
    guard let sent = pending, answer.requestChecksum == sent.header.checksum else { return }
    guard answer.command == .reply else {
      guard answer.status == Refusal.sessionUnknown.rawValue else { return }
      (session, request, pending) = (0, 0, nil)
      return
    }
    pending = nil
    if session == 0 { session = answer.session } else { request += 1 }
  }
}
