import MKraftFormat

/// The situations of the runbook, by the names that its comments give them.
struct RunbookSetup: Sendable {
  let name: String
  let make: @Sendable (RunbookGround) throws -> Void

  private init(_ name: String, _ make: @escaping @Sendable (RunbookGround) throws -> Void) {
    self.name = name
    self.make = make
  }

  static let all: [RunbookSetup] = sound + degraded + repairable + restorable + lost + unusable

  private static let sound = [
    RunbookSetup("nothing") { _ in },
    RunbookSetup("sound") { try $0.serve() },
    RunbookSetup("killed") { try $0.unpack("power-cut") },
    RunbookSetup("sound-with-checkpoints") { try $0.unpack("checkpoints") },
    RunbookSetup("replicas-differ") { ground in
      try ground.unpack("loaded")
      try ground.enlist(as: 0)
      try ground.unpack("headers-behind", as: "r1.mkraft")
      try ground.enlist("r1.mkraft", as: 1)
    },
    RunbookSetup("one-of-three") { ground in
      try ground.unpack("loaded")
      try ground.enlist(as: 0)
    },
  ]

  private static let degraded = [
    RunbookSetup("one-superblock-copy-bad") { ground in
      try ground.serve()
      try ground.damageSuperblock(copy: 1)
    },
    RunbookSetup("reply-slot-bad") { try $0.unpack("reply-slot-damaged") },
  ]

  private static let repairable = [
    RunbookSetup("cut-short") { ground in
      try ground.serve()
      try ground.truncate(to: ground.superblock().geometry.offset(of: .superblock(3)))
    },
    RunbookSetup("repair-interrupted") { ground in
      try ground.serve()
      try ground.interruptRepair()
    },
  ]

  private static let restorable = [
    RunbookSetup("entry-bad") { ground in
      try ground.serve()
      try ground.copy()
      try ground.damageBody(op: 5)
    },
    RunbookSetup("block-bad") { ground in
      try ground.unpack("leaf-corrupt")
      try ground.unpack("checkpoints", as: RunbookGround.backup)
    },
    RunbookSetup("entry-bad-one-of-three") { ground in
      try ground.unpack("prepare-corrupt")
      try ground.enlist(as: 0)
      try ground.unpack("loaded", as: "r1.mkraft")
      try ground.enlist("r1.mkraft", as: 1)
    },
    RunbookSetup("bad-sectors") { ground in
      try ground.serve()
      try ground.copy()
      let geometry = try ground.superblock().geometry
      let start = geometry.prepareOffset(slot: 5)
      try ground.failReads(of: start..<start + 4096)
    },
  ]

  private static let lost = [
    RunbookSetup("last-entry-undecidable") { try $0.unpack("head-undecidable") },
    RunbookSetup("last-entry-in-backup") { ground in
      try ground.unpack("head-undecidable")
      try ground.unpack("running", as: RunbookGround.backup)
    },
    RunbookSetup("superblock-fork") { try $0.unpack("superblock-fork") },
    RunbookSetup("one-superblock-copy-left") { ground in
      try ground.serve()
      for copy in [0, 1, 3] { try ground.damageSuperblock(copy: copy) }
    },
    RunbookSetup("no-superblock-copy-left") { ground in
      try ground.serve()
      try ground.copy()
      let geometry = try ground.superblock().geometry
      for copy in 0..<Superblock.copyCount {
        let home = geometry.offset(of: .superblock(copy))
        try ground.overwrite(home..<home + UInt64(Superblock.byteCount), with: 0)
      }
    },
    RunbookSetup("block-unknown") { ground in
      try ground.unpack("root-and-leaf-corrupt")
      try ground.unpack("checkpoints", as: RunbookGround.backup)
    },
    RunbookSetup("checkpoint-inconsistent") { try $0.unpack("checkpoint-inconsistent") },
  ]

  private static let unusable = [
    RunbookSetup("not-ours") { try $0.unpack("random") },
    RunbookSetup("newer-release") { try $0.unpack("newer-version") },
  ]
}
