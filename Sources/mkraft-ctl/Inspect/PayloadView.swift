internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// How bodies of entries are shown.
struct PayloadView {
  /// Most bytes of a body shown as hexadecimal.
  static let hexLimit = 4096

  private let reader: PayloadReader
  let payload: DumpWALCommand.Payload
  private let geometry: Geometry
  /// Whether the file is an image without the bodies' bytes: filler stands in their place, of which only checksums are true.
  private let isRedacted: Bool

  init(_ file: ExaminedFile, geometry: Geometry, _ payload: DumpWALCommand.Payload) {
    reader = PayloadReader(file.storage, geometry: geometry)
    self.payload = payload
    self.geometry = geometry
    isRedacted = file.image?.isRedacted == true
  }

  private func isRedacted(_ body: RawSpan) -> Bool { isRedacted && body.byteCount > 0 }

  // MARK: JSON

  /// Writes the member `payload`: what stands where the body of an entry belongs; null if there is no entry, or it cannot be read.
  func write(_ header: PrepareHeader?, slot: Int, to json: JSONWriter) {
    guard let header, header.kind == .prepare else { return json.field("payload", nil as String?) }
    let found = reader.withBody(of: header, slot: slot) { body, matches in
      json.object("payload") {
        json.field("byte_count", body.byteCount)
        json.field("matches_header", matches)
        json.field("redacted", isRedacted(body))
        switch payload {
        case .none: break
        case .hash: json.field("checksum", hex: Checksum.of(body, as: .prepareBody))
        case .decoded where isRedacted(body): json.field("events", nil as String?)
        case .hex where isRedacted(body): json.field("is_whole", false)
        case .hex:
          let shown = [UInt8](copying: body.extracting(0..<min(body.byteCount, PayloadView.hexLimit)))
          json.field("hex", hex: shown.span)
          json.field("is_whole", shown.count == body.byteCount)
        case .decoded: writeDecoded(header, body, to: json)
        }
      }
    }
    if !found { json.field("payload", nil as String?) }
  }

  private func writeDecoded(_ header: PrepareHeader, _ body: RawSpan, to json: JSONWriter) {
    guard header.operation == Operation.keyValue.rawValue else {
      return json.field("events", nil as String?)
    }
    do {
      let decoded = try DecodedPayload(body, geometry: geometry)
      json.field("event_count", decoded.count)
      json.array("events") { for event in decoded.events { json.object { write(event, to: json) } } }
      json.field("is_whole", decoded.events.count == decoded.count)
    } catch {
      json.field("events", nil as String?)
      json.field("defect", error.description)
    }
  }

  private func write(_ event: DecodedPayload.Event, to json: JSONWriter) {
    json.field("event", event.name)
    write("key", event.key, to: json)
    if let value = event.value { write("value", value, to: json) }
    if let expected = event.expected { write("expected", expected, to: json) }
    if let end = event.end { write("end", end, to: json) }
    if event.limit > 0 { json.field("limit", event.limit) }
  }

  /// Bytes as text, which may not be exact, and as they are.
  private func write(_ name: StaticString, _ excerpt: DecodedPayload.Excerpt, to json: JSONWriter) {
    json.object(name) {
      json.key("text")
      json.string(utf8: excerpt.bytes.span)
      json.field("hex", hex: excerpt.bytes.span)
      json.field("byte_count", excerpt.byteCount)
      json.field("is_whole", excerpt.isWhole)
    }
  }

  // MARK: Text

  /// Writes the body below its row.
  func write(_ header: PrepareHeader, slot: Int, to sink: ByteSink) {
    let found = reader.withBody(of: header, slot: slot) { body, matches in
      sink.write("        body of \(body.byteCount) bytes\(matches ? "" : ", NOT the one its header speaks of"): ")
      switch payload {
      case .none: break
      case .hash:
        sink.writeHex(Checksum.of(body, as: .prepareBody))
        sink.write("\n")
      case .hex where isRedacted(body), .decoded where isRedacted(body):
        sink.write("redacted: the image was made without it\n")
      case .hex: writeHex(body, to: sink)
      case .decoded: writeDecoded(header, body, to: sink)
      }
    }
    if !found { sink.write("        body: cannot be read\n") }
  }

  private func writeHex(_ body: RawSpan, to sink: ByteSink) {
    let shown = [UInt8](copying: body.extracting(0..<min(body.byteCount, PayloadView.hexLimit)))
    sink.writeHex(shown.span)
    if shown.count < body.byteCount { sink.write(" and \(body.byteCount - shown.count) bytes more") }
    sink.write("\n")
  }

  private func writeDecoded(_ header: PrepareHeader, _ body: RawSpan, to sink: ByteSink) {
    guard header.operation == Operation.keyValue.rawValue else {
      sink.write(body.byteCount == 0 ? "empty\n" : "not of the key-value store\n")
      return
    }
    do {
      let decoded = try DecodedPayload(body, geometry: geometry)
      sink.write("\(decoded.count) events\n")
      for event in decoded.events { write(event, to: sink) }
      let rest = decoded.count - decoded.events.count
      if rest > 0 { sink.write("          and \(rest) events more\n") }
    } catch {
      sink.write("not a batch of events: \(error)\n")
    }
  }

  private func write(_ event: DecodedPayload.Event, to sink: ByteSink) {
    sink.write("          \(event.name) ")
    write(event.key, to: sink)
    if event.code == .compareAndSet {
      sink.write(" if ")
      if let expected = event.expected { write(expected, to: sink) } else { sink.write("absent") }
    }
    if let value = event.value {
      sink.write(" = ")
      write(value, to: sink)
    }
    if let end = event.end {
      sink.write(" to before ")
      write(end, to: sink)
    }
    if event.limit > 0 { sink.write(", at most \(event.limit)") }
    sink.write("\n")
  }

  private func write(_ excerpt: DecodedPayload.Excerpt, to sink: ByteSink) {
    sink.write("\"")
    sink.writeEscaped(excerpt.bytes.span)
    sink.write("\"")
    if !excerpt.isWhole { sink.write("... (\(excerpt.byteCount) bytes)") }
  }
}
