internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// What mkraft-ctl makes of data files to look at them elsewhere. No replica runs on it, and nothing in it is changed.
enum FileCopyKind {
  case image(ImageHeader)
  case evidence
  /// An image or evidence that is damaged itself; the words say so.
  case damaged(String)

  /// Nil if the file is none of them.
  init?(_ storage: any Storage) {
    do throws(ImageDefect) {
      if let image = try ImageStorage.open(storage) {
        self = .image(image.header)
        return
      }
    } catch {
      self = .damaged(error.description)
      return
    }
    do throws(EvidenceFile.Defect) {
      guard try EvidenceFile.open(storage) != nil else { return nil }
      self = .evidence
    } catch { self = .damaged(error.words) }
  }

  /// What it is, for an operator.
  var words: String {
    switch self {
    case .image: "it is an image of a data file, made by mkraft-ctl"
    case .evidence: "it is evidence of data files, collected by mkraft-ctl"
    case .damaged(let words): words
    }
  }

  /// How to come by a data file instead; nil if what is damaged tells already what to do.
  private var advice: String? {
    switch self {
    case .image(let header) where header.isUnsteady:
      "name the data file; none can be made of this image, whose parts are of different times"
    case .image(let header) where header.isRedacted:
      "name the data file; none can be made of this image, in which keys and values were left out"
    case .image: "name the data file, or make one of the image with 'recover plan' and 'recover apply'"
    case .evidence: "name the data file, or make one with 'recover plan' and 'recover apply'"
    case .damaged: nil
    }
  }

  /// The first step towards a data file; nil if none can be made.
  private func next(_ path: String) -> ShellCommand? {
    switch self {
    case .image(let header) where header.isUnsteady || header.isRedacted: nil
    case .image, .evidence: ShellCommand("recover", "plan", "--to").path(path + ".recovery").path(path)
    case .damaged: nil
    }
  }

  /// Why nothing was done with it.
  /// - Parameter limit: what it is not good for, as in "which no replica runs on".
  func failure(_ limit: String, of path: String) -> Failure {
    var failure = unreadable(limit, of: path)
    failure.reason += "; nothing was written"
    return failure
  }

  /// Why a command that looks at data files, and writes to none, shows nothing of it.
  func unreadable(_ limit: String, of path: String) -> Failure {
    Failure(.notOurFormat, advice.map { "\(words), \(limit); \($0)" } ?? words, of: path, next: next(path))
  }
}
