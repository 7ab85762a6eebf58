internal import ArgumentParser
internal import MKraftFormat

/// `--cluster`: an id, or `random` for a new one.
enum ClusterArgument: ExpressibleByArgument {
  case random
  case id(UInt128)

  static var defaultCompletionKind: CompletionKind { .list(["random"]) }

  init?(argument: String) {
    if argument == "random" {
      self = .random
    } else {
      guard let identifier = Identifier(argument: argument) else { return nil }
      self = .id(identifier.value)
    }
  }
}
