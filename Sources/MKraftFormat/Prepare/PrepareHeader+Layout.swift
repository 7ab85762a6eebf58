extension PrepareHeader {
  /// Where the fields lie.
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 16 to 255, seeded by kind")
    public static let bodyChecksum = Field<UInt128>("body_checksum", at: 16, "of the body, seeded as prepare-body")
    public static let cluster = Field<UInt128>("cluster", at: 32, "cluster id")
    public static let parent = Field<UInt128>("parent", at: 48, "checksum of the header of op - 1")
    public static let requestChecksum = Field<UInt128>(
      "request_checksum", at: 64, "checksum of the request's header, or 0")
    public static let checkpointID = Field<UInt128>("checkpoint_id", at: 80, "id of the checkpoint before the last one")
    public static let client = Field<UInt128>("client", at: 96, "client id, or 0")
    public static let nonce = Field<UInt128>("nonce", at: 112, "for encryption; zero in this version")
    public static let tag = Field<UInt128>("tag", at: 128, "for encryption; zero in this version")
    public static let term = Field<UInt64>("term", at: 144, "term of the leader that made the entry")
    public static let op = Field<UInt64>("op", at: 152, "position in the log; of reserved and unknown: the slot")
    public static let commit = Field<UInt64>("commit", at: 160, "highest op known committed when made")
    public static let timestamp = Field<UInt64>("timestamp", at: 168, "nanoseconds since 1970, increasing with op")
    public static let session = Field<UInt64>("session", at: 176, "op of the client's register entry, or 0")
    public static let request = Field<UInt64>("request", at: 184, "number of the request in its session, or 0")
    public static let configurationEpoch = Field<UInt64>("configuration_epoch", at: 192, "epoch of the member list")
    public static let size = Field<UInt32>("size", at: 200, "bytes of header and body")
    public static let release = Field<UInt32>("release", at: 204, "release that made the entry")
    public static let kind = Field<UInt8>("kind", at: 208, "2 prepare, 3 reserved, 4 unknown")
    public static let operation = Field<UInt8>("operation", at: 209, "what the entry asks for")
    public static let replica = Field<UInt8>("replica", at: 210, "index of the replica that made the entry")
    public static let reserved = 211..<256

    /// The table of the manual's section on prepare headers.
    public static var rows: [FieldRow] {
      [
        checksum.row, bodyChecksum.row, cluster.row, parent.row, requestChecksum.row, checkpointID.row, client.row,
        nonce.row, tag.row, term.row, op.row, commit.row, timestamp.row, session.row, request.row,
        configurationEpoch.row, size.row, release.row, kind.row, operation.row, replica.row, .reserved(reserved),
      ]
    }
  }
}
