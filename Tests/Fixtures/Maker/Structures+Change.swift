internal import MKraftFormat
internal import MKraftStorage

extension Superblock {
  /// Another superblock of the same sequence.
  func changed(_ change: (inout Superblock) -> Void) -> Superblock {
    var other = self
    change(&other)
    other.seal()
    return other
  }

  /// The next update.
  func successor(_ change: (inout Superblock) -> Void) -> Superblock {
    changed {
      $0.sequence += 1
      $0.parent = checksum
      change(&$0)
    }
  }
}

extension PrepareHeader {
  /// Another entry of the same op, with the same body.
  func changed(_ change: (inout PrepareHeader) -> Void) -> PrepareHeader {
    var other = self
    change(&other)
    other.seal()
    return other
  }

  /// An entry without a body that could follow this one.
  func successor(_ change: (inout PrepareHeader) -> Void) -> PrepareHeader {
    changed {
      $0.parent = checksum
      $0.op += 1
      $0.timestamp += 1
      $0.size = UInt32(PrepareHeader.byteCount)
      $0.bodyChecksum = Checksum.ofNothing(as: .prepareBody)
      (($0.client, $0.session), ($0.request, $0.requestChecksum)) = ((0, 0), (0, 0))
      change(&$0)
    }
  }

  func image() -> IOBuffer {
    let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
    var bytes = buffer.mutableBytes
    encode(into: &bytes)
    return buffer
  }
}
