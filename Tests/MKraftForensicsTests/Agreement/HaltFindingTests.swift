import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// What a replica says when it halts has the code that verification gives the file.
struct HaltFindingTests {
  /// A bit in a block's header, which the file alone can make right, and one in its contents, which it cannot.
  @Test(arguments: [(UInt64(64), ExitCode.repairable), (300, .restorable)])
  func theCodeOfAHaltIsTheVerdicts(_ distance: UInt64, _ code: ExitCode) throws {
    let run = try GridRun.stopped()
    let map = try GridMap(run.storage)
    let leaf = map.blocks(.leaf)[0]
    run.storage.flipBit(at: 8 * (map.range(leaf).lowerBound + distance))
    #expect(Verification.run(run.storage).verdict.exitCode == code)

    let replica = try AskedReplica(on: run.storage)
    _ = try replica.pairs()
    let halt = try #require(replica.shell.halt)
    let found = try #require(HaltFinding.of(halt, map.superblock, on: run.storage))
    #expect(found.block == leaf && found.exitCode == code, "\(found)")
  }
}
