internal import ArgumentParser
internal import MKraftFormat

/// An operation on the command line: a name, or a number from 0 to 255.
struct OperationArgument: ExpressibleByArgument {
  let number: UInt8

  static var defaultCompletionKind: CompletionKind { .list(Operation.allCases.map(\.name)) }

  init?(argument: String) {
    let named = Operation.allCases.first { $0.name == argument }
    guard let number = named?.rawValue ?? UInt8(argument) else { return nil }
    self.number = number
  }
}
