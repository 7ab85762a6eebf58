public import MKraftFormat

/// Why a key-value call has no results.
public enum KeyValueError: Error, Equatable, Sendable {
  case client(ClientError)
  /// The event of this index cannot be sent. Nothing was sent.
  case event(index: Int, KeyValueBatchBuilderError)
  /// The replica's answer is not the results of the batch; why.
  case answerInvalid(String)
}

extension KeyValueError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .client(let error): error.description
    case .answerInvalid(let reason): "the answer is not the results of the batch: \(reason)"
    case .event(let index, let error): Self.words(index + 1, error)
    }
  }

  private static func words(_ number: Int, _ error: KeyValueBatchBuilderError) -> String {
    switch error {
    case .keySizeOutOfRange(let size):
      "key \(number) has \(size) bytes; a key has 1 to \(KeyValueBatch.keySizeMax)"
    case .endSizeOutOfRange(let size):
      "the end key has \(size) bytes; a key has 1 to \(KeyValueBatch.keySizeMax)"
    case .limitZero: "the limit of a scan is at least 1"
    case .eventTooLarge(let size, let sizeMax):
      "number \(number) takes \(size) bytes in a request, the replica takes \(sizeMax)"
    case .batchFull: "number \(number) does not fit in the same request any more"
    }
  }
}
