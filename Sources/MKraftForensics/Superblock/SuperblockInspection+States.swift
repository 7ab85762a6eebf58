internal import MKraftFormat
internal import MKraftStorage

/// What a place is in the light of all others.
extension SuperblockInspection {
  /// Bytes that a device writes whole or not at all (rule R1).
  private static let atom = 512

  static func refine(_ places: [SuperblockPlace], _ decision: SuperblockDecision) -> [SuperblockPlace] {
    var places = places
    switch decision.outcome {
    case .failure(.fork(let sequence)): markForked(&places, sequence)
    case .failure(.identitiesDiffer): markForeign(&places)
    case .success, .failure: break
    }
    for index in places.indices where places[index].state == .damaged && places[index].isShowable {
      compareAtoms(of: index, &places)
    }
    return places
  }

  private static func markForked(_ places: inout [SuperblockPlace], _ sequence: UInt64) {
    for index in places.indices where places[index].state == .valid {
      guard let superblock = places[index].superblock, superblock.sequence == sequence else { continue }
      let others = places.filter {
        $0.superblock?.sequence == sequence && $0.superblock?.checksum != superblock.checksum
      }
      guard !others.isEmpty else { continue }
      places[index].state = .forked
      places[index].reason = "\(others.count) of the other copies of sequence \(sequence) have another checksum"
    }
  }

  /// Copies whose identity fewer copies share than another one; none if that cannot be told.
  private static func markForeign(_ places: inout [SuperblockPlace]) {
    let valid = places.filter { $0.state == .valid }.compactMap(\.superblock)
    func votes(_ superblock: Superblock) -> Int { valid.count { $0.isSameFile(as: superblock) } }
    let most = valid.map(votes).max() ?? 0
    for index in places.indices where places[index].state == .valid {
      guard let superblock = places[index].superblock, votes(superblock) < most else { continue }
      places[index].state = .foreign
      places[index].reason = "its identity or geometry is not that of most copies"
    }
  }

  // MARK: Torn writes

  /// A torn write leaves atoms of the update before and of the one that was being written. If both stand whole elsewhere, nothing
  /// else makes such a copy; if only one does, the difference is told, and no cause.
  private static func compareAtoms(of index: Int, _ places: inout [SuperblockPlace]) {
    guard let bytes = places[index].bytes else { return }
    let whole = wholeImages(places, as: bytes)
    guard
      let nearest = whole.map({ (image: $0, differing: differingAtoms(bytes, $0.bytes)) })
        .min(by: { $0.differing.count < $1.differing.count })
    else { return }
    for (first, one) in whole.enumerated() {
      for other in whole[(first + 1)...] {
        let (apart, otherApart) = (differingAtoms(bytes, one.bytes), differingAtoms(bytes, other.bytes))
        guard !apart.isEmpty, !otherApart.isEmpty, apart.isDisjoint(with: otherApart) else { continue }
        places[index].state = .torn
        places[index].reason =
          "\(otherApart.count) of its 512-byte atoms are only in sequence \(one.sequence), \(apart.count) only in sequence "
          + "\(other.sequence): its write was interrupted"
        return
      }
    }
    let atoms = nearest.differing
    guard let lowest = atoms.min(), let highest = atoms.max() else { return }
    let extent = "bytes \(lowest * atom)..<\((highest + 1) * atom)"
    let count = Superblock.byteCount / atom
    let difference =
      "\(atoms.count) of \(count) atoms, within \(extent), are not those of sequence \(nearest.image.sequence)"
    places[index].reason = [places[index].reason, difference].compactMap { $0 }.joined(separator: "; ")
  }

  private struct WholeImage {
    let sequence: UInt64
    let bytes: [UInt8]
  }

  /// The superblocks that are right by themselves, each once, as they would stand in the place of `bytes`.
  private static func wholeImages(_ places: [SuperblockPlace], as bytes: [UInt8]) -> [WholeImage] {
    var seen: Set<UInt128> = []
    return places.compactMap { place in
      guard let superblock = place.superblock, var image = place.bytes, seen.insert(superblock.checksum).inserted else {
        return nil
      }
      // The copy number is the place's own, and not covered by the checksum.
      let copy = Superblock.Layout.copy
      image.replaceSubrange(copy.offset..<copy.offset + copy.size, with: bytes[copy.offset..<copy.offset + copy.size])
      return WholeImage(sequence: superblock.sequence, bytes: image)
    }
  }

  private static func differingAtoms(_ bytes: [UInt8], _ other: [UInt8]) -> Set<Int> {
    Set(
      (0..<Superblock.byteCount / atom).filter { index in
        let range = index * atom..<(index + 1) * atom
        return bytes[range] != other[range]
      })
  }
}
