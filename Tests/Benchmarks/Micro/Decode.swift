internal import MKraftFormat
internal import MKraftStorage

extension MicroBenchmark {
  /// Decoding with all checks, beside the checksum of the same bytes alone: no decoder can do without that.
  static func decode() -> [MicroBenchmark] {
    prepareHeaders() + superblocks() + blocks()
  }

  private static func prepareHeaders() -> [MicroBenchmark] {
    var entries = EntryMaker()
    let headers = Pieces(size: PrepareHeader.byteCount, count: 256) { buffer, offset in
      var bytes = buffer.mutableBytes
      entries.next(body: RawSpan()).encode(into: &bytes, at: offset)
    }
    return [
      MicroBenchmark(
        name: "decode of an entry's header, with its invariants",
        ours: headers.pass { bytes in
          guard let header = try? PrepareHeader(decoding: bytes) else { preconditionFailure("a header is valid") }
          return header.op &+ UInt64(truncatingIfNeeded: header.checksum)
        },
        baselineName: "checksum of the same 240 B",
        baseline: headers.pass { bytes in
          // With its op, so that both must give the same.
          bytes.load(PrepareHeader.Layout.op)
            &+ UInt64(truncatingIfNeeded: Checksum.of(bytes.extracting(16..<bytes.byteCount), as: .prepare))
        },
        agrees: true)
    ]
  }

  /// As a file that was formatted has them, and one whose log has as many headers as a superblock takes.
  private static func superblocks() -> [MicroBenchmark] {
    [0, Superblock.suffixLimit].map { suffixCount in
      let superblock = Samples.superblock(suffixCount: suffixCount)
      let copies = Pieces(size: Superblock.byteCount, count: Superblock.copyCount) { buffer, offset in
        var image = [UInt8](repeating: 0, count: Superblock.byteCount)
        var elements = image.mutableSpan
        var bytes = unsafe elements.mutableBytes
        superblock.encode(into: &bytes)
        buffer.copy(from: image.rawSpan, at: offset)
      }
      return MicroBenchmark(
        name: "decode of a superblock with \(suffixCount) headers, with its invariants",
        ours: copies.pass { bytes in
          guard let superblock = try? Superblock(decoding: bytes) else { preconditionFailure("a superblock is valid") }
          return UInt64(truncatingIfNeeded: superblock.checksum)
        },
        baselineName: "checksum of its 16 KiB",
        baseline: copies.pass { bytes in
          UInt64(truncatingIfNeeded: Checksum.of(bytes.extracting(Superblock.Layout.covered), as: .superblock))
        },
        agrees: true)
    }
  }

  private static func blocks() -> [MicroBenchmark] {
    let leaves = Samples.leaves(count: 4)
    func checksum(_ bytes: RawSpan) -> UInt64 {
      let size = Int(bytes.load(BlockHeader.Layout.size))
      return UInt64(truncatingIfNeeded: Checksum.of(bytes.extracting(16..<size), as: .block))
    }
    return [
      MicroBenchmark(
        name: "decode of a block's header, 64 KiB",
        ours: leaves.pass { bytes in
          guard let header = try? BlockHeader(decoding: bytes) else { preconditionFailure("a block is valid") }
          return UInt64(truncatingIfNeeded: header.checksum)
        },
        baselineName: "checksum of the block", baseline: leaves.pass(checksum), agrees: true),
      MicroBenchmark(
        name: "decode of a block's header and its leaf of 16-byte keys, with their invariants",
        ours: leaves.pass { bytes in
          guard let header = try? BlockHeader(decoding: bytes),
            TreeNode.brokenInvariant(in: bytes, header, level: 0) == nil
          else { preconditionFailure("a leaf is valid") }
          return UInt64(truncatingIfNeeded: header.checksum)
        },
        baselineName: "checksum of the block", baseline: leaves.pass(checksum), agrees: true),
    ]
  }
}
