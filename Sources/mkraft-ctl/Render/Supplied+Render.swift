internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

extension SuppliedGeometry {
  /// Where it comes from.
  var words: String {
    switch origin {
    case .numbers: "the numbers of --geometry"
    case .file(let path, let sequence): "the superblock of \(Escape.text(path)), sequence \(sequence)"
    }
  }
}

extension AssumedSuperblock {
  /// Whose the cluster's id is.
  var clusterWords: String {
    switch clusterOrigin {
    case .headers: "as the headers in the file have it"
    case .supplied: "as the other file has it: nothing in this one tells"
    case .none: "nothing in the file tells"
    }
  }

  /// What is assumed of the log.
  var checkpointWords: String {
    highestOp == 0
      ? "op 0: no entry tells of a later one"
      : "op \(superblock.checkpoint.op), the earliest that the entries up to op \(highestOp) allow"
  }
}

extension FieldList {
  /// What does not come from the file, and what was concluded with it.
  func assumption(_ assumed: AssumedSuperblock) {
    field("superblock", "none: no copy stands in the file", .red)
    field("supplied", assumed.supplied.words, note: assumed.supplied.geometry.specification, .yellow)
    field("cluster", hex: assumed.superblock.cluster, note: assumed.clusterWords)
    field("checkpoint", "assumed", note: assumed.checkpointWords, .yellow)
  }
}

extension JSONWriter {
  /// The member `supplied`: what was supplied for want of any superblock, and what was assumed with it; null if the file tells
  /// all by itself.
  func supplied(_ assumed: AssumedSuperblock?) {
    guard let assumed else { return field("supplied", nil as String?) }
    object("supplied") {
      origin(assumed.supplied)
      geometry(assumed.supplied.geometry)
      field("cluster", hex: assumed.superblock.cluster)
      field("cluster_from", assumed.clusterOrigin.rawValue)
      field("assumed_checkpoint_op", assumed.superblock.checkpoint.op)
      field("highest_op", assumed.highestOp)
    }
  }

  private func origin(_ supplied: SuppliedGeometry) {
    switch supplied.origin {
    case .numbers:
      field("from", "geometry")
    case .file(let path, let sequence):
      field("from", "like")
      field("like", path)
      field("like_sequence", sequence)
    }
  }
}
