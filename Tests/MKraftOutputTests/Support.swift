import MKraftOutput

/// What `body` writes, as text.
func written(_ body: (ByteSink) -> Void) -> String {
  let sink = ByteSink.memory()
  body(sink)
  return sink.text
}

/// What `body` writes as JSON.
func json(_ layout: JSONWriter.Layout = .compact, _ body: (JSONWriter) -> Void) -> String {
  written { body(JSONWriter($0, layout: layout)) }
}
