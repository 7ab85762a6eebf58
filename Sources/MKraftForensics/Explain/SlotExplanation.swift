internal import MKraftFormat
public import MKraftStorage

/// Why a slot of the log gets the decision that it gets.
public struct SlotExplanation: Sendable {
  public let row: LogRow
  public let inspection: LogInspection
  /// The op that was asked for, if it was not the slot.
  public let askedOp: UInt64?

  /// The reasons, one after the other, each a sentence without its stop.
  public var reasons: [String] {
    [asked, judge, position, state, rule, decision, fault, ahead, link].compactMap { $0 }
  }

  /// What the replica may say of the entry to others. What the slot alone says holds only above what the log proves.
  public var nackWords: String {
    guard row.rule.nack == .always, row.op <= inspection.knownOp else { return row.rule.nack.words }
    return "not here: the log is known to have reached op \(inspection.knownOp), so that this slot did hold an entry"
  }

  /// Whether the slot alone shows no entry of its op where there was one, as something else in the file tells.
  public var isContradicted: Bool {
    let showsNone: [RecoveryRow.Decision] = [.blank, .cut, .vacant]
    return row.isJudged && row.op <= inspection.knownOp && showsNone.contains(row.decisionIfBodyIsRight)
  }

  /// What the row of the recovery table says, which knows no more than the slot.
  public var ruleWords: String { bySlotAlone(row.rule.evidence) }

  /// What a replica alone makes of the slot.
  public var decisionWords: String { bySlotAlone(row.decisionIfBodyIsRight.words) }

  /// What a replica of several makes of the slot.
  public var severalWords: String { bySlotAlone(row.rule.several.words) }

  private func bySlotAlone(_ words: String) -> String { isContradicted ? "by the slot alone: \(words)" : words }

  /// What becomes of the slot.
  public var outcomeWords: String {
    guard isContradicted, row.disposition != .faulty else { return row.disposition.words }
    return "of an older state than the rest of the file: a replica refuses to start"
  }

  private var log: JournalDecision { inspection.decision }

  private var asked: String? {
    guard let askedOp else { return nil }
    if askedOp < row.op {
      return
        "op \(askedOp) is in the checkpoint of op \(inspection.superblock.checkpoint.op) and the log does not need it any "
        + "more; its slot is that of op \(row.op) now, and \(held(instead: askedOp))"
    }
    let head = inspection.liveHead ?? log.head.op
    guard askedOp > max(head, inspection.knownOp), heldOp != askedOp else { return nil }
    return "op \(askedOp) is not in the log, whose head is op \(head); its slot \(held(instead: askedOp))"
  }

  /// The op of the entry that stands in the slot; nil if none can be read.
  private var heldOp: UInt64? {
    let header = row.evidence.prepareHeader ?? row.evidence.validHeader
    return header.flatMap { $0.kind == .prepare ? $0.op : nil }
  }

  private func held(instead op: UInt64) -> String {
    guard let heldOp else { return "holds no entry that can be read" }
    return heldOp == op ? "still holds it" : "holds the entry of op \(heldOp)"
  }

  /// Whether the superblock that it is judged by is the one a replica would take.
  private var judge: String? {
    inspection.source.refusal.map {
      "it is judged by a superblock that a replica would not open the file at (\($0.name)): \($0.reason)"
    }
  }

  private var position: String {
    let op = row.op
    let before = "op \(op) is \(op - inspection.superblock.checkpoint.op) above the checkpoint"
    if let head = inspection.liveHead, op > head {
      return before + ", and above the head when the look began: not judged"
    }
    if op <= log.commitMax { return before + ", and known to be committed: commit_max is \(log.commitMax)" }
    if op <= log.head.op {
      return before + ", and part of the log, whose head is op \(log.head.op); commit_max is \(log.commitMax)"
    }
    if op <= inspection.knownOp { return before + ", and " + inspection.knownWords }
    if row.fault != nil {
      return before + ", and above op \(log.head.op), the last that is certain: whether the log goes on is not known"
    }
    return before + ", and above the head, op \(log.head.op): the log ends before it (\(log.end.words))"
  }

  private var state: String {
    let (header, prepare) = (row.evidence.headerTrouble, row.evidence.prepareTrouble)
    let words = [
      "the header ring is \(row.condition.header.name)" + (header.map { " (\($0))" } ?? ""),
      "the prepare ring is \(row.condition.prepare.name)" + (prepare.map { " (\($0))" } ?? ""),
    ]
    let agreement: String? =
      switch row.condition.agreement {
      case .same: "they hold the same entry"
      case .different: "they hold different entries"
      case .notApplicable: nil
      }
    return (words + [agreement].compactMap { $0 }).joined(separator: ", ")
  }

  private var rule: String {
    let whose = isContradicted ? "by the slot alone that is" : "that is"
    return "\(whose) row \(row.rule.name) of the recovery table: \(row.rule.evidence)"
  }

  private var decision: String {
    let tail = log.tailStart.map(tailWords)
    let place =
      row.isInTail
      ? "it is in the tail: \(tail ?? "")" : "it is below the tail" + (tail.map { ": only \($0)" } ?? "")
    let name = row.decisionIfBodyIsRight.rawValue
    guard !isContradicted else {
      return
        "\(place); by the slot alone a replica would decide \(name); but the slot did hold an entry of its op, as said "
        + "above"
    }
    let decided = "\(place); so a replica alone decides \(name): \(row.decisionIfBodyIsRight.words)"
    // What would be kept by itself comes to nothing if an entry before it does.
    guard row.disposition == .cut, row.rule.have else { return decided }
    return decided + "; but the log ends at op \(log.head.op), before it"
  }

  /// That the headers of the tail are not in place proves that nothing was acknowledged there, unless they are of an older state.
  private func tailWords(from op: UInt64) -> String {
    guard inspection.knownOp >= op else {
      return "from op \(op) on, whose header is not in place, nothing was acknowledged"
    }
    return
      "from op \(op) on, whose header is not in place, the rings are of an older state, for the log had reached op "
      + "\(inspection.knownOp)"
  }

  private var ahead: String? {
    inspection.aheadWords.map {
      "whatever this slot is, a replica refuses the file: \($0) (\(FindingKind.replyAhead.name))"
    }
  }

  private var fault: String? {
    row.fault.map { "because of this slot a replica alone refuses to start: \($0.rawValue)" }
  }

  private var link: String? {
    guard case .broken(let invariant) = row.link else { return nil }
    return "it does not follow the entry before it: \(invariant.name): \(invariant.statement)"
  }
}

extension JournalDecision.End {
  /// A short name in words.
  public var name: String {
    switch self {
    case .blank: "blank"
    case .torn: "torn"
    case .unchained: "unchained"
    case .vacant: "vacant"
    case .cleanStop: "clean-stop"
    case .full: "full"
    }
  }

  /// Why the log ends where it does.
  public var words: String {
    switch self {
    case .blank: "the next slot has not been written in this round"
    case .torn: "the next prepare was being written at the crash"
    case .unchained: "the next prepare is a leftover that does not continue the log"
    case .vacant: "the next slot is damaged, and no entry can be read there"
    case .cleanStop: "a clean stop"
    case .full: "every slot holds an entry"
    }
  }
}
