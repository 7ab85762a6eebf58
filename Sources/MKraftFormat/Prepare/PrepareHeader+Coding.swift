extension PrepareHeader {
  /// Decodes the first 256 bytes of `bytes`, checking all that a header says of itself: kind, checksum, reserved bytes, and
  /// the invariants that need no geometry. Placement and chain are the journal's to check.
  public init(decoding bytes: RawSpan) throws(HeaderDefect) {
    precondition(bytes.byteCount >= PrepareHeader.byteCount, "a header's bytes are all there")
    let bytes = bytes.extracting(0..<PrepareHeader.byteCount)
    let kindByte = bytes.load(Layout.kind)
    guard let kind = StructureKind(rawValue: kindByte), kind == .prepare || kind == .reserved || kind == .unknown else {
      throw bytes.isZero ? .allZero : .kindUnknown(kindByte)
    }
    let stored = bytes.load(Layout.checksum)
    let computed = Checksum.of(bytes.extracting(16..<PrepareHeader.byteCount), as: kind)
    guard stored == computed else { throw .checksumMismatch(stored: stored, computed: computed) }
    self.init(trusting: bytes, kind: kind)
    if let broken = brokenInvariant(in: bytes) { throw .violates(broken) }
  }

  /// The fields as they stand, whatever the checksum says; for showing damaged bytes, never for acting on them.
  public init(unverified bytes: RawSpan) {
    precondition(bytes.byteCount >= PrepareHeader.byteCount, "a header's bytes are all there")
    self.init(trusting: bytes, kind: StructureKind(rawValue: bytes.load(Layout.kind)) ?? .unknown)
  }

  private init(trusting bytes: RawSpan, kind: StructureKind) {
    checksum = bytes.load(Layout.checksum)
    bodyChecksum = bytes.load(Layout.bodyChecksum)
    cluster = bytes.load(Layout.cluster)
    parent = bytes.load(Layout.parent)
    requestChecksum = bytes.load(Layout.requestChecksum)
    checkpointID = bytes.load(Layout.checkpointID)
    client = bytes.load(Layout.client)
    term = bytes.load(Layout.term)
    op = bytes.load(Layout.op)
    commit = bytes.load(Layout.commit)
    timestamp = bytes.load(Layout.timestamp)
    session = bytes.load(Layout.session)
    request = bytes.load(Layout.request)
    configurationEpoch = bytes.load(Layout.configurationEpoch)
    size = bytes.load(Layout.size)
    release = bytes.load(Layout.release)
    self.kind = kind
    operation = bytes.load(Layout.operation)
    replica = bytes.load(Layout.replica)
  }

  private func brokenInvariant(in bytes: RawSpan) -> Invariant? {
    guard bytes.isZero(Layout.reserved), bytes.load(Layout.nonce) == 0, bytes.load(Layout.tag) == 0 else {
      return .headerReservedZero
    }
    guard size >= UInt32(PrepareHeader.byteCount), size <= UInt32(PrepareHeader.sizeLimit) else { return .headerSize }
    guard kind == .prepare else {
      let blank = PrepareHeader.placeholder(kind, slot: Int(truncatingIfNeeded: op & 0xFFFF_FFFF), cluster: cluster)
      return blank.checksum == checksum ? nil : .headerPlaceholderEmpty
    }
    guard operation != 0 else { return .headerOperation }
    guard (operation == Operation.root.rawValue) == (op == 0) else { return .headerRootOp }
    guard op == 0 ? commit == 0 : commit < op else { return .headerCommitBelowOp }
    guard max(op, term, timestamp) < PrepareHeader.numberLimit else { return .headerNumbers }
    return nil
  }

  /// Writes the 256 bytes. The header must have been sealed.
  @_lifetime(bytes: copy bytes)
  public func encode(into bytes: inout MutableRawSpan, at base: Int = 0) {
    bytes.zero(base..<base + PrepareHeader.byteCount)
    bytes.store(checksum, Layout.checksum, base: base)
    bytes.store(bodyChecksum, Layout.bodyChecksum, base: base)
    bytes.store(cluster, Layout.cluster, base: base)
    bytes.store(parent, Layout.parent, base: base)
    bytes.store(requestChecksum, Layout.requestChecksum, base: base)
    bytes.store(checkpointID, Layout.checkpointID, base: base)
    bytes.store(client, Layout.client, base: base)
    bytes.store(term, Layout.term, base: base)
    bytes.store(op, Layout.op, base: base)
    bytes.store(commit, Layout.commit, base: base)
    bytes.store(timestamp, Layout.timestamp, base: base)
    bytes.store(session, Layout.session, base: base)
    bytes.store(request, Layout.request, base: base)
    bytes.store(configurationEpoch, Layout.configurationEpoch, base: base)
    bytes.store(size, Layout.size, base: base)
    bytes.store(release, Layout.release, base: base)
    bytes.store(kind.rawValue, Layout.kind, base: base)
    bytes.store(operation, Layout.operation, base: base)
    bytes.store(replica, Layout.replica, base: base)
  }

  /// Computes the checksum over all other fields. Call it last; any change afterwards makes the header invalid.
  public mutating func seal() {
    var image = InlineArray<256, UInt8>(repeating: 0)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    encode(into: &bytes)
    checksum = Checksum.of(bytes.bytes.extracting(16..<PrepareHeader.byteCount), as: kind)
  }

  /// Whether `body` is the body this header speaks of: right length and right checksum.
  public func matches(body: RawSpan) -> Bool {
    body.byteCount == bodyByteCount && Checksum.of(body, as: .prepareBody) == bodyChecksum
  }
}
