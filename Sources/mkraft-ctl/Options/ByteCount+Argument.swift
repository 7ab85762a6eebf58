public import ArgumentParser
public import MKraftOutput

/// Sizes are written as a number of bytes, or with a unit: 4096, 64K, 1M, 1MiB.
extension ByteCount: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
