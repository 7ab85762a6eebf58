import MKraftForensics
import MKraftStorage
import Testing

/// What threads read comes back in the order of the file.
struct PiecesInOrderTests {
  @Test("Whatever order pieces are read in, they come back in theirs, each once", arguments: 0..<50 as Range<UInt64>)
  func order(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var pieces = PiecesInOrder<Int>(from: 3, waitingMax: 4)
    var unread = Array(3..<40)
    var taken: [Int] = []
    while !unread.isEmpty {
      // A reader takes any piece that there is room for; there is always one, for the next has room.
      let ready = unread.filter { !pieces.isFull($0) }
      guard let number = ready.randomElement(using: &random) else {
        Issue.record("nobody may read, and pieces are left: \(unread)")
        return
      }
      unread.removeAll { $0 == number }
      taken += pieces.take(number, number)
    }
    #expect(taken == Array(3..<40))
    #expect(pieces.isEmpty && pieces.next == 40)
  }

  @Test("No more pieces wait than there is room for")
  func bound() {
    var pieces = PiecesInOrder<Int>(waitingMax: 2)
    #expect(!pieces.isFull(1) && pieces.isFull(2))
    #expect(pieces.take(1, 1) == [])
    #expect(pieces.isFull(2) && pieces.isFull(3))
    #expect(pieces.take(0, 0) == [0, 1])
    #expect(!pieces.isFull(3) && pieces.isFull(4))
  }
}
