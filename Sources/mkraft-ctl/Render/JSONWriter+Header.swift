internal import MKraftFormat
internal import MKraftOutput

extension JSONWriter {
  /// A member that is the header of a log entry; null for none.
  func header(_ name: StaticString, _ header: PrepareHeader?) {
    guard let header else { return field(name, nil as String?) }
    object(name) {
      field("kind", header.kind.name)
      field("op", header.op)
      field("term", header.term)
      field("commit", header.commit)
      field("operation", Operation.name(of: header.operation))
      field("operation_number", header.operation)
      field("client", hex: header.client)
      field("session", header.session)
      field("request", header.request)
      field("size", header.size)
      field("timestamp", header.timestamp)
      field("replica", header.replica)
      field("release", header.release)
      field("configuration_epoch", header.configurationEpoch)
      field("checksum", hex: header.checksum)
      field("parent", hex: header.parent)
      field("body_checksum", hex: header.bodyChecksum)
      field("request_checksum", hex: header.requestChecksum)
      field("checkpoint_id", hex: header.checkpointID)
    }
  }
}
