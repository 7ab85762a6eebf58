import MKraftFormat

/// What the key-value state machine must do, said in the simplest way: a dictionary, and its keys in order.
struct KeyValueModel {
  private(set) var values: [[UInt8]: [UInt8]] = [:]
  private(set) var keys: [[UInt8]] = []

  /// The results of a batch, where the reply's body has `sizeMax` bytes: 8 for its head, 16 for each result, and the
  /// bytes of each result in multiples of 8 while they last.
  mutating func apply(_ events: [KeyValueEvent], sizeMax: Int) -> [KeyValueResult] {
    var room = sizeMax - 8 - 16 * events.count
    return events.map { apply($0, &room) }
  }

  private mutating func apply(_ event: KeyValueEvent, _ room: inout Int) -> KeyValueResult {
    switch event {
    case .put(let key, let value):
      set(key, value)
      return KeyValueResult(.ok)
    case .get(let key):
      guard let value = values[key] else { return KeyValueResult(.notFound) }
      return take(value.count, &room) ? KeyValueResult(.ok, value: value) : KeyValueResult(.resultTooLarge)
    case .delete(let key):
      guard values.removeValue(forKey: key) != nil else { return KeyValueResult(.notFound) }
      keys.remove(at: index(of: key))
      return KeyValueResult(.ok)
    case .compareAndSet(let key, let expected, let value):
      guard values[key] != expected else {
        set(key, value)
        return KeyValueResult(.ok)
      }
      guard let current = values[key] else { return KeyValueResult(.conditionFailed) }
      guard take(current.count, &room) else { return KeyValueResult(.conditionFailed, current: .omitted) }
      return KeyValueResult(.conditionFailed, current: .included, value: current)
    case .scan(let start, let end, let limit):
      return scan(start, end, Int(limit), &room)
    }
  }

  private func scan(_ start: [UInt8], _ end: [UInt8]?, _ limit: Int, _ room: inout Int) -> KeyValueResult {
    var pairs: [KeyValuePair] = []
    for key in keys[index(of: start)...] {
      if let end, !key.lexicographicallyPrecedes(end) { break }
      guard let value = values[key] else { continue }
      guard pairs.count < limit, take(8 + key.count + value.count, &room) else {
        return pairs.isEmpty ? KeyValueResult(.resultTooLarge) : KeyValueResult(.ok, pairs: pairs, more: true)
      }
      pairs.append(KeyValuePair(key: key, value: value))
    }
    return KeyValueResult(.ok, pairs: pairs)
  }

  private func take(_ size: Int, _ room: inout Int) -> Bool {
    let padded = (size + 7) / 8 * 8
    guard padded <= room else { return false }
    room -= padded
    return true
  }

  private mutating func set(_ key: [UInt8], _ value: [UInt8]) {
    if values.updateValue(value, forKey: key) == nil { keys.insert(key, at: index(of: key)) }
  }

  /// The number of keys before `key`.
  private func index(of key: [UInt8]) -> Int {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
