/// Runs one log on a replica of its own and prints every checkpoint: its op, its id, and a checksum of each block that is allocated
/// in it. Two of these processes, with different caches and completions in different orders, must print the same (rule R19).
///
///     two-replicas LOG-SEED CACHE-BLOCKS ORDER-SEED CHECKPOINTS
internal import Glibc

guard let arguments = Arguments(CommandLine.arguments) else {
  print("usage: two-replicas LOG-SEED CACHE-BLOCKS ORDER-SEED CHECKPOINTS")
  exit(64)
}
let replica = try DrivenReplica(arguments)
try replica.run()
