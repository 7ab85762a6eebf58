import MKraftFormat
import MKraftStorage

/// Something that the device was told, in the order in which that happened.
enum DeviceEvent {
  /// A replica is started on the file as it is; nothing is in flight.
  case begin(life: Int)
  case submit(token: UInt64, offset: UInt64, bytes: IOBuffer)
  case submitResize(token: UInt64, byteCount: UInt64)
  case complete(token: UInt64)
}

/// What had been promised when so many events had happened.
struct CrashFacts {
  /// What a superblock said that three copies were read back with.
  struct Established {
    var sequence: UInt64 = 0
    var term: UInt64 = 0
    var checkpoint: UInt64 = 0
    var commitMax: UInt64 = 0

    init(_ superblock: Superblock) {
      sequence = superblock.sequence
      term = superblock.term
      checkpoint = superblock.checkpoint.op
      commitMax = superblock.commitMax
    }
  }

  var life: Int
  /// Highest op that any client was told of.
  var acknowledged: UInt64
  /// Highest op of a prepare that the device was given.
  var prepared: UInt64
  var established: Established
}

/// A run of replicas on one file: start, work, and a stop or a power cut, several times.
struct Recording {
  /// A replica from its start to its end.
  struct Life {
    /// The file at its start.
    let base: MemoryStorage
    /// Its log: what the start found, and all that was prepared in it.
    let log: LogModel
    /// The head that the start found.
    let head: UInt64
  }

  let seed: UInt64
  let profile: CrashProfile
  var events: [DeviceEvent] = []
  /// Of every prefix, by its length.
  var facts: [CrashFacts] = []
  var lives: [Life] = []
  /// Ids of the checkpoints that superblocks named, by the checksum of the header of their op.
  var checkpoints: [UInt128: UInt128] = [:]
  /// What clients sent, by the checksum of the header.
  var requests: [UInt128: (header: MessageHeader, body: [UInt8])] = [:]
  /// Bodies of the replies that clients were given, by the checksum of the entry's header.
  var replies: [UInt128: [UInt8]] = [:]
  var totals = Totals()
  /// What was wrong already while the run was recorded.
  var violations: [String] = []

  struct Totals {
    var writes = 0
    var resizes = 0
    var checkpoints = 0
    var wraps: UInt64 = 0
    var evictions = 0
    var stops = 0
    var cuts = 0
    var blockReads = 0
    var deepestFlight = 0
    var treeHeight: UInt32 = 0
    var givenUpReads = 0
  }

  init(seed: UInt64) {
    self.seed = seed
    profile = CrashProfile(seed: seed)
  }
}
