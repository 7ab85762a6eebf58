internal import MKraftFormat
public import MKraftStorage

// The names of states and dispositions: one word for each, in text, in JSON, and as filters.

extension HeaderCondition {
  /// Short name in words.
  public var name: String {
    switch self {
    case .bad: "bad"
    case .unknown: "unknown"
    case .vacated: "vacated"
    case .reserved: "reserved"
    case .older: "older"
    case .current: "current"
    case .ahead: "ahead"
    }
  }
}

extension PrepareCondition {
  /// Short name in words.
  public var name: String {
    switch self {
    case .bad: "bad"
    case .reserved: "reserved"
    case .older: "older"
    case .current: "current"
    case .ahead: "ahead"
    }
  }
}

extension SlotVerdict.Disposition {
  /// All dispositions, in the order of their numbers.
  public static let all: [SlotVerdict.Disposition] = [.kept, .fixed, .blank, .cut, .vacated, .faulty]

  /// Short name in words.
  public var name: String {
    switch self {
    case .kept: "kept"
    case .fixed: "fixed"
    case .blank: "blank"
    case .cut: "cut"
    case .vacated: "vacated"
    case .faulty: "faulty"
    }
  }
}

extension SlotEvidence.HeaderEvidence {
  /// What is wrong with what stands there; nil if it is valid.
  public var defect: String? {
    switch self {
    case .valid: nil
    case .damaged(let defect): defect.name
    case .unreadable(let error): error.description
    case .beyondEnd: "beyond-end"
    }
  }
}

extension SlotEvidence.PrepareEvidence {
  /// What is wrong with what stands there; nil if it is valid.
  public var defect: String? {
    switch self {
    case .valid: nil
    case .damaged(let defect): defect.name
    case .bodyMismatch: "body-mismatch"
    case .unreadable(let error): error.description
    case .beyondEnd: "beyond-end"
    }
  }
}
