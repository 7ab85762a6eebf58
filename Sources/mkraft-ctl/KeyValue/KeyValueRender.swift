internal import MKraftFormat
internal import MKraftOutput

// How keys, values and results look.

extension KeyValueStatus {
  var exitCode: ExitCode {
    switch self {
    case .ok: .sound
    case .notFound, .conditionFailed: .notMet
    case .resultTooLarge, .noSpace: .declined
    }
  }

  var name: String {
    switch self {
    case .ok: "ok"
    case .notFound: "not-found"
    case .conditionFailed: "condition-failed"
    case .resultTooLarge: "result-too-large"
    case .noSpace: "no-space"
    }
  }
}

extension KeyValueResult {
  /// Why the event was not done.
  func failureText(isHex: Bool) -> String {
    switch status {
    case .ok: "done"
    case .notFound: "not-found: the key has no value"
    case .conditionFailed: "condition-failed: nothing changed; " + currentText(isHex: isHex)
    case .resultTooLarge: "result-too-large: what there is does not fit in the reply"
    case .noSpace: "no-space: the replica has no room for the write; nothing changed"
    }
  }

  private func currentText(isHex: Bool) -> String {
    switch current {
    case .absent: "the key has no value"
    case .included: "the key's value is \(Escape.word(value, isHex: isHex))"
    case .omitted: "the key has another value, which does not fit in the reply"
    }
  }
}

extension Escape {
  static func word(_ bytes: [UInt8], isHex: Bool) -> String {
    let sink = ByteSink.memory()
    sink.writeWord(bytes, isHex: isHex)
    return sink.text
  }
}

extension ByteSink {
  /// Writes a key or a value for people: escaped, or in hexadecimal.
  func writeWord(_ bytes: [UInt8], isHex: Bool) {
    if isHex { writeHex(bytes.span) } else { writeEscaped(bytes.span) }
  }
}

extension JSONWriter {
  /// Bytes as the member `name` if they are printable text, else as `name_hex`.
  func bytes(_ name: StaticString, hexName: StaticString, _ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(\.isPrintable) else {
      field(hexName, hex: bytes.span)
      return
    }
    field(name, text)
  }

  /// The members of an event's result.
  func keyValue(_ event: KeyValueEvent, _ result: KeyValueResult) {
    field("operation", event.code.name)
    bytes("key", hexName: "key_hex", event.key)
    field("status", result.status.name)
    if event.code == .get, result.status == .ok { bytes("value", hexName: "value_hex", result.value) }
    guard result.status == .conditionFailed else { return }
    switch result.current {
    case .absent: field("current", "absent")
    case .included: bytes("current_value", hexName: "current_value_hex", result.value)
    case .omitted: field("current", "too-large")
    }
  }
}

extension KeyValueEventCode {
  var name: String {
    switch self {
    case .put: "put"
    case .get: "get"
    case .delete: "delete"
    case .compareAndSet: "cas"
    case .scan: "scan"
    }
  }
}

extension Unicode.Scalar {
  /// Whether it shows: no control, no format character, nothing unassigned.
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
