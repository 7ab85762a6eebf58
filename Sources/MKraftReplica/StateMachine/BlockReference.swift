/// Names a block of the grid and what it must contain.
package struct BlockReference: Equatable, Sendable {
  /// The block's place in the grid.
  package let address: UInt64
  /// The checksum that the block's header must have.
  package let checksum: UInt128

  package init(address: UInt64, checksum: UInt128) {
    self.address = address
    self.checksum = checksum
  }
}
