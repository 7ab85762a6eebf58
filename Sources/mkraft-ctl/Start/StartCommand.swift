internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// `start`: runs a replica alone in its cluster, until a signal or a failed write stops it.
struct StartCommand: Command {
  /// Findings of what is healed that are written out; beyond them they are counted.
  static let findingsMax = 32

  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Runs a replica that is alone in its cluster.",
    discussion: """
      When the replica takes requests, one line says so: 'ready ADDRESS ...'. SIGTERM and SIGINT stop it cleanly, exit 0; \
      another one, a second later or more, ends it at once. If the address cannot be had the exit code is 73, and the file \
      is as it was; the same if the replica refuses the file, with the exit code that tells why. ADDRESS:0 lets the system \
      choose the port.
      """)

  @Argument(help: "The replica's data file.", completion: .file())
  var file: String

  @Option(help: "Where to listen: HOST:PORT, or a port of this machine.")
  var listen: AddressArgument = AddressArgument(argument: "127.0.0.1:0")

  @Option(help: "Memory for blocks of the grid; at least what one step of an operation needs. (default: 64M)")
  var cacheSize: ByteCount?

  @Option(
    help: """
      How the file is read and written: threads (calls that block), io_uring, or auto, which is what measures best: \
      threads at present. The ready line says which.
      """)
  var io = Transfers.Choice.auto

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let address = try listen.address()
    let path = FilePath(file)
    let storage: FileStorage
    do throws(OpenError) {
      storage = try FileStorage.open(path, for: .replica)
    } catch {
      throw Failure(error)
    }
    let opening: Opening
    do throws(OpeningRefusal) {
      opening = try Opening.read(storage, bodies: .onTrust)
    } catch {
      return try refuse(path, storage, error, on: console)
    }
    let transfers: Transfers
    do throws(Errno) {
      transfers = try Transfers(io, on: storage, opening.geometry)
    } catch {
      throw Failure(.cannotCreate, "io_uring cannot be used here: \(error); --io threads can", of: file)
    }
    let healing = HealingFindings(opening, on: storage, limit: StartCommand.findingsMax)
    let ground = Ground(path: path, address: address, storage: storage, transfers: transfers, healing: healing)
    return try serve(ground, opening, on: console)
  }

  /// What a replica is started on.
  struct Ground {
    let path: FilePath
    /// Asked for.
    let address: NetworkAddress
    let storage: FileStorage
    let transfers: Transfers
    let healing: HealingFindings
  }
}
