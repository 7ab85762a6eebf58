import MKraftFormat
import MKraftStorage
import Testing

/// A mark is found where a repair puts it, and nowhere else: what a client wrote into a value is never one.
struct RepairMarkScanTests {
  /// Slots of 1 MiB: a slot begins at every boundary that a scan looks at.
  private static let geometry = Geometry(slotCount: 64, messageSize: 1 << 20, sessions: 1)

  private func put(_ mark: RepairMark, into storage: MemoryStorage) {
    let buffer = IOBuffer(byteCount: RepairMark.byteCount)
    var bytes = buffer.mutableBytes
    bytes.copy(mark.encoded.rawSpan, toByteOffset: 0)
    storage.replace(at: mark.offset, with: buffer)
  }

  private func mark(at offset: UInt64) -> RepairMark {
    RepairMark(fileID: 1, log: 2, plan: 3, sequence: 4, offset: offset, path: "/tmp/undo")
  }

  @Test func markBehindACopyThatIsGone() {
    let storage = MemoryStorage(byteCount: RepairMarkScanTests.geometry.fileSizeAtFormat)
    let mark = mark(at: RepairMarkScanTests.geometry.repairMarkRange(copy: 1).lowerBound)
    put(mark, into: storage)
    #expect(RepairMarkScan.find(storage, nil) == mark)
    #expect(RepairMarkScan.find(storage, RepairMarkScanTests.geometry) == mark)
  }

  @Test func markBetweenHoles() {
    let inner = MemoryStorage(byteCount: RepairMarkScanTests.geometry.fileSizeAtFormat)
    let mark = mark(at: RepairMarkScanTests.geometry.repairMarkRange(copy: 1).lowerBound)
    put(mark, into: inner)
    let storage = HoledStorage(inner, data: [mark.offset..<mark.offset + UInt64(RepairMark.byteCount)])
    #expect(RepairMarkScan.find(storage, nil) == mark)
    #expect(storage.offsets.count == 3, "behind copy 0, the mark, and what stands before it")
  }

  @Test("What looks like a mark in the body of an entry is none, whether or not a superblock is left")
  func markOfAClient() {
    let geometry = RepairMarkScanTests.geometry
    let storage = MemoryStorage(byteCount: geometry.fileSizeAtFormat)
    let slot = geometry.prepareOffset(slot: 5)
    #expect(slot % Geometry.zoneAlignment == 0, "a boundary that the scan looks at")
    put(mark(at: slot + Geometry.repairMarkDistance), into: storage)
    #expect(RepairMarkScan.find(storage, nil) != nil, "with nothing before it, it might be one")
    storage.put(.placeholder(.reserved, slot: 5, cluster: 1), at: slot)
    #expect(RepairMarkScan.find(storage, nil) == nil)
    #expect(RepairMarkScan.find(storage, geometry) == nil)
  }
}
