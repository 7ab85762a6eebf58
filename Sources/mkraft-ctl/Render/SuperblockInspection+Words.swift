internal import MKraftForensics

extension SuperblockInspection.GeometryOrigin {
  /// A short name in words.
  var name: String {
    switch self {
    case .copies: "copies"
    case .strayCopy: "stray-copy"
    case .supplied: "supplied"
    case .damagedCopy: "damaged-copy"
    }
  }

  /// Where the homes come from.
  var words: String {
    switch self {
    case .copies: "from copies that are at home"
    case .strayCopy: "from a copy that is right by itself and not at its home"
    case .supplied(let supplied): "from \(supplied.words)"
    case .damagedCopy: "from the geometry of a damaged copy: not certain"
    }
  }
}
