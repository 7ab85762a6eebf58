internal import ArgumentParser
internal import MKraftFormat

/// A 128-bit id on the command line: 1 to 32 hexadecimal digits, not 0.
struct Identifier: ExpressibleByArgument {
  let value: UInt128

  init?(argument: String) {
    guard let value = UInt128(hex: argument), value != 0 else { return nil }
    self.value = value
  }

  /// A new one. Nobody can draw the same by accident.
  static func random() -> UInt128 { .random(in: 1...UInt128.max) }
}
