import Glibc

// One process fuzzes one target: MKRAFT_FUZZ_TARGET names it, MKRAFT_FUZZ_FILE the golden file, all arguments are libFuzzer's. With
// MKRAFT_FUZZ_SEEDS it writes inputs to begin with into that directory instead. See Tests/Fuzzing/run.

@_extern(c, "LLVMFuzzerRunDriver")
@discardableResult
nonisolated func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

start()
