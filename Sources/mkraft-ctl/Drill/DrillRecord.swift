internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// What clients were told, in a file beside the replica's, for a post-mortem: one line for each acknowledged request.
final class DrillRecord {
  private let path: FilePath
  private let descriptor: FileDescriptor
  private let sink: ByteSink
  private var written = 0

  init(_ path: FilePath) throws(Failure) {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
    } catch {
      throw Failure(.cannotCreate, "cannot be created: \(error)", of: path.string)
    }
    sink = ByteSink(descriptor)
  }

  deinit { try? descriptor.close() }

  /// Adds what the ledger has learnt since the last call.
  func write(_ ledger: DrillLedger) throws(Failure) {
    let json = JSONWriter(sink, layout: .compact)
    for acknowledgement in ledger.acknowledgements[written...] {
      json.object {
        json.field("session", acknowledgement.session)
        json.field("request", acknowledgement.number)
        json.field("op", acknowledgement.op)
        json.field("life", acknowledgement.round)
        json.field("retried", acknowledgement.isRetried)
        json.field("stored", acknowledgement.isStored)
      }
    }
    written = ledger.acknowledgements.count
    sink.flush()
    guard let failure = sink.failure else { return }
    throw Failure(.inputOutput, "cannot be written: \(failure)", of: path.string)
  }
}
