internal import MKraftFormat

/// The same work with a dictionary.
final class DictionaryLoad {
  private let pairs: Pairs
  private let values: [[UInt8]: [UInt8]]
  private var store: [[UInt8]: [UInt8]] = [:]

  init(_ pairs: Pairs) {
    self.pairs = pairs
    values = Dictionary(uniqueKeysWithValues: zip(pairs.keys, pairs.values))
  }

  func lookups() -> Work {
    let keys = TreeLoad.wanted(pairs).map { pairs.keys[$0] }
    let values = values
    let target = CopyTarget(byteCount: Pairs.valueSize)
    return Work(amount: keys.count) {
      var sum: UInt64 = 0
      for key in keys {
        guard let value = values[key] else { preconditionFailure("every key is found") }
        _ = target.copy(value.rawSpan)
        sum &+= target.firstWord
      }
      return sum
    }
  }

  /// Keys and values get memory of their own, as they must where they come in the body of a request.
  func insertions() -> Work {
    let body = pairs.bytes(Array(pairs.keys.indices))
    return Work(
      amount: pairs.count, prepare: { self.store = [:] },
      pass: {
        let bytes = body.rawSpan
        for start in stride(from: 0, to: bytes.byteCount, by: Pairs.byteCount) {
          let key = [UInt8](copying: bytes.extracting(start..<start + Pairs.keySize))
          self.store[key] = [UInt8](copying: bytes.extracting(start + Pairs.keySize..<start + Pairs.byteCount))
        }
        return UInt64(self.store.count)
      })
  }
}
