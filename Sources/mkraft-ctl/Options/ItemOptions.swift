internal import ArgumentParser
internal import MKraftFormat

/// The options that name one item of a file.
struct ItemOptions: ParsableArguments {
  @Option(
    help: "A superblock copy, 0 to 3.", completion: .list((0..<Superblock.copyCount).map { String($0) }))
  var superblock: Int?

  @Option(help: "A slot of the log.")
  var slot: Int?

  @Option(help: "A reply slot.")
  var reply: Int?

  @Option(help: "A block of the grid, from 1.")
  var block: UInt64?

  /// How many items they name.
  var count: Int { [superblock != nil, slot != nil, reply != nil, block != nil].count { $0 } }
}
