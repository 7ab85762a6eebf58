import MKraftFormat

/// What the manual pages give as examples, made with the code.
enum ManualExamples {
  static let cluster: UInt128 = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff
  static let smallest = Geometry(slotCount: 64, messageSize: 4096, sessions: 1)

  /// The superblock of a fresh file of the only voter, with the default geometry.
  static func freshSuperblock() -> Superblock {
    var superblock = Superblock(members: MemberList(cluster: cluster, voterCount: 1))
    superblock.cluster = cluster
    superblock.member = superblock.members[0]
    superblock.fileID = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10
    superblock.sequence = 1
    superblock.releaseFormat = 256
    superblock.release = 256
    superblock.isVirgin = true
    superblock.cut = LogPosition(PrepareHeader.root(cluster: cluster))
    superblock.checkpoint = CheckpointState.genesis(cluster: cluster, geometry: superblock.geometry)
    superblock.seal()
    return superblock
  }

  static func ping() -> MessageHeader {
    var message = MessageHeader(.pingClient, cluster: cluster)
    message.echo = 7
    message.seal()
    return message
  }

  static func register() -> MessageHeader {
    var message = MessageHeader(.request, cluster: cluster)
    message.client = 1
    message.operation = Operation.register.rawValue
    message.seal()
    return message
  }

  /// The checksum of a row of the table of test vectors.
  static func vector(byteCount: Int, seed: String) -> String? {
    let bytes = (0..<byteCount).map { UInt8($0 % 251) }
    if seed == "0" { return unsafe Checksum.of(bytes.span.bytes, seed: 0).hex }
    guard let kind = StructureKind.allCases.first(where: { $0.name == seed }) else { return nil }
    return unsafe Checksum.of(bytes.span.bytes, as: kind).hex
  }
}
