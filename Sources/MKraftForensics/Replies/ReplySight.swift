internal import MKraftFormat
internal import MKraftStorage

/// What stands in a slot of the reply zone, judged by itself.
struct ReplySight: Sendable {
  enum Contents: Sendable {
    case whole(ReplyHeader)
    case damaged(HeaderDefect)
    /// The header is right, the body is not the one it names.
    case bodyMismatch(ReplyHeader)
    case unreadable(StorageError)
    case beyondEnd
  }

  let slot: Int
  let contents: Contents

  /// The header, if that is right.
  var header: ReplyHeader? {
    switch contents {
    case .whole(let header), .bodyMismatch(let header): header
    case .damaged, .unreadable, .beyondEnd: nil
    }
  }

  /// Whether a reply that stands here for another time might be read.
  var isDamaged: Bool {
    if case .whole = contents { false } else { true }
  }

  /// Whether something else might be read the next time. What the device refuses is not asked for again: it costs seconds.
  var isWorthRereading: Bool {
    switch contents {
    case .damaged, .bodyMismatch: true
    case .whole, .unreadable, .beyondEnd: false
    }
  }

  /// What is wrong with it; nil if nothing is.
  var trouble: String? {
    switch contents {
    case .whole: nil
    case .damaged(let defect): "its header: \(defect.words)"
    case .bodyMismatch: "its header is right, its body is not the one the header names"
    case .unreadable(let error): error.cause.description
    case .beyondEnd: "the file ends before it does"
    }
  }

  var likelyCause: String? {
    switch contents {
    case .whole(let header): "a lost write, or a misdirected one: the reply of op \(header.op) is whole"
    case .damaged(.allZero): "a discarded or never written extent: every byte is zero"
    case .damaged(.violates(.headerCluster)): "parts of a file of another cluster"
    case .damaged, .bodyMismatch: nil
    case .unreadable: "a latent sector error"
    case .beyondEnd: "the file was cut short"
    }
  }
}
