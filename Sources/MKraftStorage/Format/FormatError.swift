public import MKraftFormat

/// Why no data file was made. Nothing is left of it.
public enum FormatError: Error, Sendable, Equatable {
  /// The plan breaks these invariants.
  case invalid(InvariantSet)
  /// The device cannot write so small a unit: `alignment` is the least it takes, in bytes.
  case ioUnitBelowDevice(ioUnit: Int, alignment: Int)
  /// The device gave back other superblocks than were written, without an error.
  case notReadBack
  case storage(StorageError)
}

extension FormatError: CustomStringConvertible {
  /// One line for an operator.
  public var description: String {
    switch self {
    case .invalid(let broken):
      broken.elements.map { "\($0.name): \($0.statement)" }.joined(separator: "; ")
    case .ioUnitBelowDevice(let ioUnit, let alignment):
      "io_unit is \(ioUnit) bytes, but the device takes multiples of \(alignment) bytes only"
    case .notReadBack: "the device gave back other superblocks than were written to it"
    case .storage(let error): error.description
    }
  }
}
