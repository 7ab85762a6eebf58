public import MKraftFormat

/// One transfer of a block that the grid wants done. It must be over before it is reported complete, and a write durable.
public struct GridTransfer: Sendable {
  public enum Kind: Sendable, Equatable {
    /// What the block must be.
    case read(BlockReference)
    /// A block of the checkpoint being written.
    case checkpointWrite
    /// A block that leaves the cache, or makes room in it, before its checkpoint.
    case earlyWrite
  }

  public let kind: Kind
  public let address: UInt64
  /// Offset in the file, bytes.
  public let offset: UInt64
  /// A whole block.
  public let buffer: IOBuffer

  public var isRead: Bool {
    if case .read = kind { true } else { false }
  }
}

/// A block is not what its referrer says.
public struct BlockFault: Error, Sendable, Equatable {
  public enum Defect: Sendable, Equatable {
    case header(HeaderDefect)
    /// A sound block of this place, but not the one that is referred to.
    case otherContents(found: UInt128)
    case unreadable(StorageError)
    case beyondEnd
  }

  public let address: UInt64
  /// The checksum that the referrer stores.
  public let expected: UInt128
  public let defect: Defect

  public init(address: UInt64, expected: UInt128, defect: Defect) {
    self.address = address
    self.expected = expected
    self.defect = defect
  }
}

extension BlockFault: CustomStringConvertible {
  public var description: String {
    let what =
      switch defect {
      case .header(let defect): defect.name
      case .otherContents: "an older or another block stands there"
      case .unreadable(let error): error.cause.description
      case .beyondEnd: "the file ends before it does"
      }
    return "block \(address) is not the one that is referred to: \(what)"
  }
}

extension BlockReference {
  /// Verifies the block in `bytes`, its whole place, as the one that is referred to (rule R16).
  public func verify(_ bytes: RawSpan, cluster: UInt128) throws(BlockFault) -> BlockHeader {
    func fault(_ defect: BlockFault.Defect) -> BlockFault {
      BlockFault(address: address, expected: checksum, defect: defect)
    }
    let header: BlockHeader
    do { header = try BlockHeader(decoding: bytes) } catch { throw fault(.header(error)) }
    guard header.cluster == cluster else { throw fault(.header(.violates(.blockCluster))) }
    guard header.address == address else { throw fault(.header(.violates(.blockAddress))) }
    guard header.checksum == checksum else { throw fault(.otherContents(found: header.checksum)) }
    return header
  }
}
