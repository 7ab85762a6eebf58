internal import MKraftFormat
internal import MKraftStorage

extension SlotEvidence {
  /// What is wrong in the header ring; nil if nothing is.
  var headerTrouble: String? {
    switch header {
    case .valid: nil
    case .damaged(let defect): defect.words
    case .unreadable(let error): error.cause.description
    case .beyondEnd: "the file ends before it"
    }
  }

  /// What is wrong in the prepare ring; nil if nothing is.
  var prepareTrouble: String? {
    switch prepare {
    case .valid: nil
    case .damaged(let defect): defect.words
    case .bodyMismatch: "the header is right, the body is not the one it names"
    case .unreadable(let error): error.cause.description
    case .beyondEnd: "the file ends before it"
    }
  }

  /// The header in the prepare ring, if it is right, whatever its body is.
  var prepareHeader: PrepareHeader? {
    switch prepare {
    case .valid(let header), .bodyMismatch(let header): header
    case .damaged, .unreadable, .beyondEnd: nil
    }
  }

  /// The checksum that the damaged bytes have.
  func actualChecksum(inHeaderRing: Bool) -> Finding.Value? {
    if inHeaderRing {
      guard case .damaged(.checksumMismatch(_, let computed)) = header else { return nil }
      return .checksum(computed)
    }
    guard case .damaged(.checksumMismatch(_, let computed)) = prepare else { return nil }
    return .checksum(computed)
  }

  /// What the damage tells of its cause; nil if it tells nothing beyond what its kind does.
  var likelyCause: String? {
    var defects: [HeaderDefect] = []
    if case .damaged(let defect) = header { defects.append(defect) }
    if case .damaged(let defect) = prepare { defects.append(defect) }
    for defect in defects {
      switch defect {
      case .violates(.headerSlot): return "a misdirected write or read: what stands here belongs in another slot"
      case .violates(.headerCluster): return "parts of a file of another cluster"
      case .violates: return "a fault of the software that wrote it: the checksum is right, the contents are not"
      case .allZero: return "a discarded or never written extent: every byte is zero"
      case .kindUnknown, .checksumMismatch: break
      }
    }
    if case .beyondEnd = header { return "the file was cut short" }
    if case .beyondEnd = prepare { return "the file was cut short" }
    if case .unreadable = header { return "a latent sector error" }
    if case .unreadable = prepare { return "a latent sector error" }
    return nil
  }
}
