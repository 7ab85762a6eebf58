internal import MKraftFormat

/// Why a field of the superblock exists, and how to read it: the table behind `--explain`.
struct FieldPurpose: Sendable {
  let format: FieldFormat
  let defense: String

  init(_ format: FieldFormat, _ defense: String) {
    self.format = format
    self.defense = defense
  }

  static let reserved = FieldPurpose(
    .zero, "bytes of a newer writer, or garbage, being passed over in silence: anything but zero is reported")

  /// The purpose of the field of this name; `row` tells its width.
  static func of(_ name: String, _ row: FieldRow) -> FieldPurpose {
    if row.meaning == "unused: zero" { return reserved }
    if let dot = name.lastIndex(of: ".") {
      let inner = String(name[name.index(after: dot)...])
      let outer = String(name[..<dot])
      if outer == "checkpoint_header" || outer.hasPrefix("suffix[") { return header(row, outer) }
      return reference(inner, outer)
    }
    return prefix(name) ?? identity(name) ?? geometry(name) ?? state(name) ?? checkpoint(name)
  }

  private static func prefix(_ name: String) -> FieldPurpose? {
    switch name {
    case "checksum": FieldPurpose(.identifier, "bit rot and torn writes of the copy")
    case "copy": FieldPurpose(.number, "misdirected writes and reads: one copy seen at two places counts once")
    case "magic": FieldPurpose(.text, "taking other data for a superblock")
    case "format_version": FieldPurpose(.number, "being read by code that does not know the layout")
    case "checksum_algorithm": FieldPurpose(.number, "calling a file damaged because it is checked in another way")
    case "kind": FieldPurpose(.kind, "another kind of structure with a right checksum in this place")
    case "features_incompatible": FieldPurpose(.mask, "being interpreted by a release that would misunderstand it")
    case "features_read_only": FieldPurpose(.mask, "being written by a release that would break it")
    case "features_compatible": FieldPurpose(.mask, "taking what a newer release has added for damage")
    default: nil
    }
  }

  private static func identity(_ name: String) -> FieldPurpose? {
    switch name {
    case "cluster": FieldPurpose(.identifier, "a file of another cluster: staging taken for production")
    case "member": FieldPurpose(.identifier, "files swapped between replicas")
    case "file_id": FieldPurpose(.identifier, "a clone or a reformatted file passing for this one")
    case "lineage": FieldPurpose(.identifier, "losing track of what a recovered file was made from")
    case "parent":
      FieldPurpose(.identifier, "lost updates, rollback and forks: an update names the one that it replaced")
    case "sequence": FieldPurpose(.number, "opening at an older state, or skipping an update")
    case "release_format", "release":
      FieldPurpose(.release, "code that would execute the same operations otherwise")
    case "replica": FieldPurpose(.number, "a file at the wrong replica, two replicas with one vote")
    case "replica_count": FieldPurpose(.number, "quorums of the wrong size")
    case "standby_count": FieldPurpose(.number, "standbys counted as voters")
    case "quorum_replication": FieldPurpose(.number, "replicas that disagree on when an entry is committed")
    case "quorum_election": FieldPurpose(.number, "two leaders of one term")
    case "virgin": FieldPurpose(.flag, "a reformatted replica voting although it has forgotten its promises")
    case "clean": FieldPurpose(.flag, "taking rot of a prepare at the head for a torn write")
    case "configuration_epoch": FieldPurpose(.number, "acting on an outdated list of members")
    default:
      name.hasPrefix("members[") ? FieldPurpose(.identifier, "a vote or entry of somebody who is no member") : nil
    }
  }

  private static func geometry(_ name: String) -> FieldPurpose? {
    switch name {
    case "io_unit", "message_size", "block_size":
      FieldPurpose(.byteCount, "looking for structures in the wrong places: geometry never changes after format")
    case "slot_count":
      FieldPurpose(.number, "looking for an op in the wrong slot: geometry never changes after format")
    case "pipeline": FieldPurpose(.number, "entries being prepared overwriting what is not yet in a checkpoint")
    case "checkpoint_interval": FieldPurpose(.number, "the ring overwriting what is not yet in a checkpoint")
    case "headroom": FieldPurpose(.number, "freeing blocks that another replica's checkpoint still needs")
    case "sessions": FieldPurpose(.number, "replies looked for in the wrong slots")
    case "grid_blocks_max": FieldPurpose(.number, "references that lead beyond the grid")
    default: nil
    }
  }

  private static func state(_ name: String) -> FieldPurpose? {
    switch name {
    case "term": FieldPurpose(.number, "forgetting a promise: following an old leader after a newer one")
    case "voted_for": FieldPurpose(.identifier, "voting twice in one term after a crash")
    case "log_term": FieldPurpose(.number, "choosing a log that is out of date as the right one")
    case "commit_max": FieldPurpose(.number, "giving up a committed entry after a restart")
    case "sync_op_min", "sync_op_max":
      FieldPurpose(.number, "a crash while state is synced from a peer: what may still be missing")
    case "cut_op", "cut_term", "clean_op", "clean_term", "suffix_count":
      FieldPurpose(.number, "a damaged head of the log: it is known without the log")
    case "cut_checksum", "clean_checksum":
      FieldPurpose(.identifier, "another entry in the place of the head, or entries coming back that were replaced")
    default: nil
    }
  }

  private static func checkpoint(_ name: String) -> FieldPurpose {
    switch name {
    case "checkpoint_id":
      FieldPurpose(.identifier, "state that differs between replicas: their checkpoints have the same id")
    case "checkpoint_parent_id": FieldPurpose(.identifier, "checkpoints of two histories")
    case "storage_size": FieldPurpose(.byteCount, "a file cut short or lengthened")
    case "checkpoint_release": FieldPurpose(.release, "code that would execute the same operations otherwise")
    case "tree_height", "pair_count", "leaf_count", "inner_count", "value_block_count":
      FieldPurpose(.number, "a tree with parts missing")
    default: preconditionFailure("every field of the superblock has a purpose")
    }
  }

  private static func reference(_ inner: String, _ outer: String) -> FieldPurpose {
    switch inner {
    case "checksum": FieldPurpose(.identifier, "a stale or misdirected block in the place of the right one")
    case "extent": FieldPurpose(.number, "a list of blocks cut short")
    default:
      switch outer {
      case "acquired", "released": FieldPurpose(.number, "using a block again that is still needed")
      case "sessions": FieldPurpose(.number, "executing a request twice")
      default: FieldPurpose(.number, "losing the root of the state")
      }
    }
  }

  private static func header(_ row: FieldRow, _ outer: String) -> FieldPurpose {
    let defense =
      outer == "checkpoint_header"
      ? "replaying from the wrong op, or after another entry than the checkpoint's"
      : "a damaged head of the log: its last entries are known without it, and replaced ones do not come back"
    return FieldPurpose(.of(row), defense)
  }
}
